/** A root address that belongs to an older contract. */
type RootAddress = {
  contract: string;
  /** Null: all of them. */
  methods: readonly string[] | null;
  path: RegExp;
};

/**
 * Who owns what at the root, first match wins: clients of the older servers change nothing but the host. Everything is also
 * found below its owner's mount.
 */
const table: readonly RootAddress[] = [
  { contract: 'hmlet', methods: null, path: /^\/(hello|register|refresh)$/ },
  { contract: 'hmlet', methods: null, path: /^\/logout\/(access|refresh)$/ },
  { contract: 'hmlet', methods: null, path: /^\/(upload-photo|all-photos|my-photos|my-drafts)$/ },
  { contract: 'hmlet', methods: null, path: /^\/(post-photo|delete-photo|photos|photo)(\/|$)/ },
  {
    contract: 'mini-sns',
    methods: null,
    path: /^\/(ping|sign-up|tweet|follow|unfollow|timeline)$/,
  },
  { contract: 'mini-sns', methods: null, path: /^\/(un)?like([-_]tweet)?$/ },
  { contract: 'mini-sns', methods: null, path: /^\/profile-picture(\/|$)/ },
  { contract: 'mithril', methods: null, path: /^\/api\/picture$/ },
  { contract: 'mithril', methods: ['POST', 'OPTIONS'], path: /^\/api\/user\/(register|login)$/ },
  { contract: 'base-api', methods: null, path: /^\/v1(\/|$)/ },
  { contract: 'flask-api', methods: null, path: /^\/api(\/|$)/ },
];

/** The one root address that two contracts claim; its door looks at the body. */
export const sharedLogin = { method: 'POST', path: '/login', contracts: ['hmlet', 'mini-sns'] };

export function mountOf(contract: string): string {
  return `/compat/${contract}`;
}

/** The contract that a root address belongs to, among those that are served; null for none. */
function ownerOf(method: string, path: string, served: ReadonlySet<string>): string | null {
  const found = table.find(
    (address) =>
      served.has(address.contract) &&
      (address.methods === null || address.methods.includes(method)) &&
      address.path.test(path),
  );
  return found?.contract ?? null;
}

/** Turns a root address into one below its owner's mount, `/photo/3` → `/compat/hmlet/photo/3`; leaves any other as it is. */
export function rootRewriter(
  served: ReadonlySet<string>,
): (request: { method?: string | undefined; url?: string | undefined }) => string {
  return ({ method = 'GET', url = '/' }) => {
    // Rookery's own, which no older server had; most requests are for these.
    if (url.startsWith('/v2/')) return url;
    const [path = '/'] = url.split('?', 1);
    const owner = ownerOf(method, path, served);
    return owner === null ? url : `${mountOf(owner)}${url}`;
  };
}

/** Where clients of an older server find a route below its contract's mount, when that contract is served; null at no root address. */
export function rootAddressOf(contract: string, method: string, rule: string): string | null {
  const mount = mountOf(contract);
  if (!rule.startsWith(`${mount}/`)) return null;
  const path = rule.slice(mount.length);
  const isShared =
    sharedLogin.contracts.includes(contract) &&
    method === sharedLogin.method &&
    path === sharedLogin.path;
  return isShared || ownerOf(method, path, new Set([contract])) === contract ? path : null;
}
