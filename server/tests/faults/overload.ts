import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Command } from 'commander';
import { cleanUp, type Program, startProgram, temporaryFolder } from '../support/process.ts';
import { type Person, people } from './people.ts';
import { type RawClient, type RawRequest, rawClient } from './raw-clients.ts';
import { pause } from './step.ts';

type Given = { connections: number; seconds: number; database?: string };

type Seen = {
  accepted: number[];
  signIns: number[];
  refused: number[];
  impolite: number;
  broken: number;
  /** The delay of our own event loop that 99 of 100 stay below: what we measure may be too long by so much. */
  lateMs: number;
};

const usualClients = 16;
const usualSeconds = 5;
const password = 'alice-likes-dunes';

/** How often each is done, of a hundred. */
const mix = { signIn: 4, like: 26, post: 10, read: 60 };

await new Command('test:overload')
  .description(
    'Loads a server with ten times what it can do, and prints how long accepted requests took, its memory, and whether it recovers.',
  )
  .option('--connections <number>', 'clients that never pause', Number, 1500)
  .option('--seconds <number>', 'how long', Number, 30)
  .option('--database <url>', 'an empty database with the current schema; default: SQLite')
  .action(main)
  .parseAsync();

async function main({ connections, seconds, database }: Given): Promise<void> {
  const environment = {
    SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
    ...(database ? { DATABASE_URL: database } : {}),
  };
  const program = await startProgram({ dataDir: temporaryFolder(), environment });
  try {
    const crowd = await people(program.url, `carla-${Date.now() % 100_000}`, usualClients);
    const posts = await somePosts(program, crowd);
    const work = (clients: number, time: number) => load(program, { clients, time, crowd, posts });
    const memory = async (when: string) => print(`memory ${when}: ${await memoryOf(program)} MB`);

    await memory('at the start');
    report('as usual', usualSeconds, await work(usualClients, usualSeconds));
    await memory('as usual');
    const peak = watchMemory(program);
    report(`${connections} connections`, seconds, await work(connections, seconds));
    print(`memory at most: ${await peak()} MB`);
    await pause(5000);
    await memory('5 s later');
    report('as usual again', usualSeconds, await work(usualClients, usualSeconds));
  } finally {
    await cleanUp();
  }
}

async function somePosts(program: Program, crowd: readonly Person[]): Promise<number[]> {
  const made = crowd.map(({ token }) =>
    program.send('POST', '/v2/posts', { token, body: { text: 'Hello' } }),
  );
  return (await Promise.all(made)).map(({ body }) => body.id);
}

type Work = { clients: number; time: number; crowd: readonly Person[]; posts: readonly number[] };

async function load({ url }: Program, { clients, time, crowd, posts }: Work): Promise<Seen> {
  const seen: Seen = { accepted: [], signIns: [], refused: [], impolite: 0, broken: 0, lateMs: 0 };
  const endsAt = performance.now() + time * 1000;
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  ownDelay.enable();

  async function client(number: number): Promise<void> {
    const person = crowd[number % crowd.length];
    if (!person) return;
    const own = rawClient(url);
    while (performance.now() < endsAt) {
      await once(own, person, posts[Math.floor(Math.random() * posts.length)] ?? 0);
    }
    own.close();
  }

  async function once(own: RawClient, { token, name }: Person, post: number): Promise<void> {
    const wanted = choice({ token, name, post });
    const { status, hasRetryAfter, ms } = await own.send(wanted);
    if (status === 0) seen.broken += 1;
    else if (status === 503 || status === 429) seen.refused.push(ms);
    else if (wanted.path === '/v2/sessions') seen.signIns.push(ms);
    else seen.accepted.push(ms);
    if (status === 503 && !hasRetryAfter) seen.impolite += 1;
    // Much less than it is told: most clients are impatient.
    if (status === 503) await pause(200);
  }

  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  seen.lateMs = Math.round(ownDelay.percentile(99) / 1e6);
  ownDelay.disable();
  return seen;
}

function choice({ token, name, post }: { token: string; name: string; post: number }): RawRequest {
  const roll = Math.random() * 100;
  if (roll < mix.signIn) {
    return { method: 'POST', path: '/v2/sessions', body: { login: name, password } };
  }
  if (roll < mix.signIn + mix.like) {
    return { method: 'PUT', path: `/v2/posts/${post}/like`, token };
  }
  if (roll < mix.signIn + mix.like + mix.post) {
    return { method: 'POST', path: '/v2/posts', token, body: { text: `Hello ${roll}` } };
  }
  return { method: 'GET', path: '/v2/timeline', token };
}

function report(title: string, seconds: number, seen: Seen): void {
  const { accepted, signIns, refused, impolite, broken, lateMs } = seen;
  const times = (list: number[]) => {
    const sorted = list.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    return `p50 ${at(0.5)} p99 ${at(0.99)} max ${Math.round(sorted.at(-1) ?? 0)} ms`;
  };
  print(
    `${title}: ${Math.round(accepted.length / seconds)}/s accepted, ${times(accepted)}; ` +
      `${Math.round(signIns.length / seconds)}/s signed in, ${times(signIns)}; ` +
      `${Math.round(refused.length / seconds)}/s refused, ${times(refused)}; ${impolite} without Retry-After, ${broken} broken; clients late by ${lateMs} ms, load of the machine ${loadavg()[0]?.toFixed(1)}`,
  );
}

function watchMemory(program: Program): () => Promise<number> {
  let most = 0;
  const look = async () => {
    most = Math.max(most, await memoryOf(program));
  };
  const timer = setInterval(() => void look(), 500);
  return async () => {
    clearInterval(timer);
    return most;
  };
}

/** Resident memory in MB. */
async function memoryOf({ pid }: Program): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
