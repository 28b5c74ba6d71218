/** What people do; docs/scale.md says why each default is what it is. */
export type People = {
  accounts: number;
  /** Share of the accounts that come on one day. */
  activeShare: number;
  /** Of one of those on one day. */
  timelinesPerDay: number;
  profilesPerDay: number;
  likesPerDay: number;
  followsPerDay: number;
  postsPerDay: number;
  loginsPerDay: number;
  /** Share of the posts that have a photo. */
  photoShare: number;
  /** Of one photo: what is kept (the original and the sizes), and what one view sends. */
  keptPhotoBytes: number;
  sentPhotoBytes: number;
  /** Photos that one page really loads. */
  photosPerPage: number;
  /** The busiest hour as a multiple of the mean. */
  peakFactor: number;
};

export const usualPeople: Omit<People, 'accounts'> = {
  activeShare: 0.3,
  timelinesPerDay: 20,
  profilesPerDay: 5,
  likesPerDay: 10,
  followsPerDay: 0.2,
  postsPerDay: 0.3,
  loginsPerDay: 0.05,
  photoShare: 0.9,
  keptPhotoBytes: 2_500_000,
  sentPhotoBytes: 100_000,
  photosPerPage: 6,
  peakFactor: 3,
};

/** Loads of `npm run bench` that the model knows, and how often each is asked for. */
const rates = {
  timeline: (people: People) => people.timelinesPerDay,
  profile: (people: People) => people.profilesPerDay,
  like: (people: People) => people.likesPerDay,
  follow: (people: People) => people.followsPerDay,
  post: (people: People) => people.postsPerDay,
  upload: (people: People) => people.postsPerDay * people.photoShare,
  login: (people: People) => people.loginsPerDay,
} as const;

export type LoadName = keyof typeof rates;
export const loadNames = Object.keys(rates) as LoadName[];
const writes: readonly LoadName[] = ['like', 'follow', 'post', 'upload', 'login'];

/** CPU of Rookery for one request with the jobs that follow it, in microseconds. */
export type Costs = Record<LoadName, number>;

/** Reads the output of `npm run bench -- --json`. @throws Error that names the load that is missing */
export function costsOf(bench: {
  rows: ReadonlyArray<{ name: string; cpuUsPerRequest: number | null }>;
}): Costs {
  const entries = loadNames.map((name) => {
    const cost = bench.rows.find((row) => row.name === name)?.cpuUsPerRequest;
    if (typeof cost !== 'number') throw new Error(`the benchmark has no CPU of the load ${name}`);
    return [name, cost] as const;
  });
  return Object.fromEntries(entries) as Costs;
}

/** Bytes of a row with its indexes: measured in the large set on SQLite, where rows of a server are up to twice as large. */
export const rowBytes = { account: 514, post: 310, photo: 788, like: 102, follow: 100 } as const;

/** A server's rows in comparison: headers of rows, free space, dead rows. An assumption. */
const serverRowFactor = 2;
const secondsPerDay = 86_400;
const daysPerYear = 365;
const daysPerMonth = 30;
/** A machine of eight cores that is half busy at the peak, so that half of the machines may fail. */
const coresInUse = 4;

export type Estimate = {
  accounts: number;
  activeAccounts: number;
  meanRequestsPerSecond: number;
  peakRequestsPerSecond: number;
  peakWritesPerSecond: number;
  /** Cores that Rookery keeps busy at the peak; jobs of photos are apart. */
  peakCores: number;
  peakPhotoCores: number;
  /** Machines of eight cores, half busy. */
  machines: number;
  databaseBytesPerYear: number;
  photoBytesPerYear: number;
  peakBitsPerSecond: number;
  bytesPerMonth: number;
  /** What must be divided or taken over first. */
  bottleneck: Bottleneck;
};

/** What a number of people needs after a year. */
export function estimate(people: People, costs: Costs): Estimate {
  const activeAccounts = people.accounts * people.activeShare;
  const perSecond = (name: LoadName) => (activeAccounts * rates[name](people)) / secondsPerDay;
  const peak = (name: LoadName) => perSecond(name) * people.peakFactor;
  const sum = (names: readonly LoadName[], of: (name: LoadName) => number) =>
    names.reduce((total, name) => total + of(name), 0);
  const coresOf = (name: LoadName) => (peak(name) * costs[name]) / 1e6;
  const peakPhotoCores = coresOf('upload');
  const peakCores = sum(loadNames, coresOf) - peakPhotoCores;
  const pagesPerSecond = perSecond('timeline') + perSecond('profile');
  const sentPerSecond = pagesPerSecond * people.photosPerPage * people.sentPhotoBytes;
  const found = {
    accounts: people.accounts,
    activeAccounts,
    meanRequestsPerSecond: sum(loadNames, perSecond),
    peakRequestsPerSecond: sum(loadNames, peak),
    peakWritesPerSecond: sum(writes, peak),
    peakCores,
    peakPhotoCores,
    machines: Math.ceil((peakCores + peakPhotoCores) / coresInUse),
    databaseBytesPerYear: databaseBytesPerYear(people),
    photoBytesPerYear: perSecond('upload') * secondsPerDay * daysPerYear * people.keptPhotoBytes,
    peakBitsPerSecond: sentPerSecond * people.peakFactor * 8,
    bytesPerMonth: sentPerSecond * secondsPerDay * daysPerMonth,
  };
  return { ...found, bottleneck: bottleneckOf(found) };
}

/** Rows of a year of a community that does not grow, and its accounts. */
function databaseBytesPerYear(people: People): number {
  const year = people.accounts * people.activeShare * daysPerYear;
  const bytes =
    people.accounts * rowBytes.account +
    year * people.postsPerDay * (rowBytes.post + people.photoShare * rowBytes.photo) +
    year * people.likesPerDay * rowBytes.like +
    year * people.followsPerDay * rowBytes.follow;
  return bytes * serverRowFactor;
}

export type Bottleneck =
  | 'none'
  | 'one process'
  | 'the disk with the photos'
  | 'one machine, and its line'
  | 'the size of one database'
  | 'writes of one database';

/** What one of each carries, in the order in which it is met; assumptions, except the process. */
export const limits = {
  processCores: 1,
  machineCores: 8,
  lineBitsPerSecond: 1e9,
  diskBytes: 2e12,
  databaseBytes: 4e12,
  databaseWritesPerSecond: 10_000,
} as const;

function bottleneckOf(found: Omit<Estimate, 'bottleneck'>): Bottleneck {
  if (found.peakWritesPerSecond > limits.databaseWritesPerSecond) return 'writes of one database';
  if (found.databaseBytesPerYear > limits.databaseBytes) return 'the size of one database';
  const cores = found.peakCores + found.peakPhotoCores;
  const isBusy = cores > limits.machineCores / 2;
  if (isBusy || found.peakBitsPerSecond > limits.lineBitsPerSecond)
    return 'one machine, and its line';
  if (found.photoBytesPerYear > limits.diskBytes) return 'the disk with the photos';
  return cores > limits.processCores / 2 ? 'one process' : 'none';
}
