import type { IncomingHttpHeaders } from 'node:http';

/** A root address that belongs to an older contract. */
type RootAddress = {
  contract: string;
  /** Null: all of them. */
  methods: readonly string[] | null;
  path: RegExp;
};

const otherThanPost = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

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
  { contract: 'mithril', methods: ['POST'], path: /^\/api\/user\/(register|login)$/ },
  { contract: 'base-api', methods: null, path: /^\/v1(\/|$)/ },
  { contract: 'flask-api', methods: null, path: /^\/api(\/|$)/ },
  { contract: 'mini-sns', methods: ['OPTIONS'], path: /^\/login$/ },
  { contract: 'hmlet', methods: otherThanPost, path: /^\/login$/ },
  { contract: 'mini-sns', methods: otherThanPost, path: /^\/login$/ },
];

/**
 * The one request that two contracts claim; `shared-root-routes.ts` looks at the body. Other methods get the answer of the first, but a web page
 * that asks whether it may send one is answered by mini-sns, which lets all pages in.
 */
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

/** The header by which a web page says what it is about to send. */
const askedMethod = 'access-control-request-method';

type RawRequest = {
  method?: string | undefined;
  url?: string | undefined;
  headers?: IncomingHttpHeaders;
};

/** A question of a web page belongs to whom the request would belong to that it asks about. */
function ownerOfRequest(
  { method, path, asked }: { method: string; path: string; asked: string | undefined },
  served: ReadonlySet<string>,
): string | null {
  const isAsked = method === 'OPTIONS' && asked !== undefined && path !== sharedLogin.path;
  return ownerOf(isAsked ? asked : method, path, served);
}

/** Turns a root address into one below its owner's mount, `/photo/3` → `/compat/hmlet/photo/3`; leaves any other as it is. */
export function rootRewriter(served: ReadonlySet<string>): (request: RawRequest) => string {
  return ({ method = 'GET', url = '/', headers = {} }) => {
    // Rookery's own, which no older server had; most requests are for these.
    if (url.startsWith('/v2/')) return url;
    const asked = headers[askedMethod];
    const owner = ownerOfRequest({ method, path: plainPath(url), asked }, served);
    return owner === null ? url : `${mountOf(owner)}${url}`;
  };
}

/** The path of an address as its letters say, some of which may be percent-encoded for no reason: `/%6Cogin`. */
export function plainPath(url: string): string {
  const [path = '/'] = url.split('?', 1);
  return path.replace(/%[2-7][0-9a-f]/gi, (code) => {
    const character = decodeURIComponent(code);
    return /[\w.~-]/.test(character) ? character : code;
  });
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
