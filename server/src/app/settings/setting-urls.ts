/** What is wrong with an address in a setting, to be read after the setting's name; null when nothing is. */
export function urlProblem(text: string): string | null {
  if (/^sqlite(\+[a-z0-9_]+)?:/.test(text)) return null;
  // The parser would drop some of them without a word.
  if (/[\s\p{Cc}]/u.test(text)) return 'has a space or a line break in it. Remove it';
  const [, scheme = '', authority = '', rest = ''] =
    /^([a-z0-9+.-]+):\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (scheme === '') return 'is not an address. It begins with a scheme and ://';
  const isWeb = /^https?$/i.test(scheme);
  const encoding =
    'Percent-encode special characters in the user and the password: # is %23, / is %2F, ? is %3F, @ is %40 and % is %25';
  if (!isWeb && (rest.includes('#') || rest.includes('@'))) {
    return `has a special character in its user, password or path that would end them. ${encoding}`;
  }
  const url = parsedUrl(text);
  if (!url) return `cannot be read as an address. ${encoding}; the port is a number`;
  // `https://user:12/3@host` has a host `user` with port 12.
  const hasUser = authority.includes('@') || (url.port !== '' && rest.includes('@'));
  if (isWeb && hasUser) return 'has a user or a password in it. Remove them';
  if (!isEncoded(authority) || !isEncoded(url.pathname)) {
    return `has a % without two hexadecimal digits after it. ${encoding}`;
  }
  if (url.port === '0') return 'has the port 0. Set the port that the server listens on';
  const isSocket = /^postgres|^cockroach|^mysql/.test(scheme) && hasSocket(url, scheme);
  return url.hostname === '' && !isSocket ? 'has no host. Add it after ://' : null;
}

/** An address, also one that leaves the host to a parameter, as libpq allows: `postgres://user@/name?host=/run/postgresql`. */
export function parsedUrl(text: string): URL | null {
  return URL.parse(text) ?? URL.parse(text.replace(/^(postgres[^?]*@)\//, '$1localhost/'));
}

/** For PostgreSQL an address without a host means the local server, if it has a name of a database. */
function hasSocket({ searchParams, pathname }: URL, scheme: string): boolean {
  if (scheme.startsWith('mysql')) return searchParams.has('socketPath');
  return searchParams.has('host') || pathname.length > 1;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
