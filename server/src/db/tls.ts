import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { DatabaseError } from './errors.ts';

/** How a connection is protected; in the words of Node, which both drivers take. */
export type Tls = {
  rejectUnauthorized: boolean;
  /** Of mysql2, whose own default is false. */
  verifyIdentity?: boolean;
  checkServerIdentity?: () => undefined;
  ca?: string;
  cert?: string;
  key?: string;
};

export type ProtectedAddress = {
  /** Without what it said of TLS. */
  url: string;
  /** False: in the clear, as the address says. Undefined: it says nothing. */
  ssl: Tls | false | undefined;
  /** Of PostgreSQL 17: TLS from the first byte. */
  isDirect: boolean;
};

/** What is checked of the server; each includes the one before. */
type Checked = 'nothing' | 'ca' | 'identity';

const modes: Record<string, Checked | 'off'> = {
  disable: 'off',
  disabled: 'off',
  require: 'nothing',
  required: 'nothing',
  'no-verify': 'nothing',
  'verify-ca': 'ca',
  'verify-full': 'identity',
  'verify-identity': 'identity',
};

/** By what `ssl` may say in its place. */
const switches: Record<string, Checked | 'off'> = {
  '0': 'off',
  false: 'off',
  '1': 'identity',
  true: 'identity',
  '{"rejectUnauthorized":true}': 'identity',
  '{"rejectUnauthorized":false}': 'nothing',
  'no-verify': 'nothing',
};

/** By the names of their parameters without `-` and `_`, in lower case. */
type Said = Partial<
  Record<'mode' | 'ssl' | 'ca' | 'cert' | 'key' | 'negotiation', { name: string; value: string }>
>;

const meanings: Record<string, keyof Said | 'nothing'> = {
  sslmode: 'mode',
  ssl: 'ssl',
  sslca: 'ca',
  sslrootcert: 'ca',
  sslcert: 'cert',
  sslkey: 'key',
  sslnegotiation: 'negotiation',
  uselibpqcompat: 'nothing',
};

/**
 * Reads what the address of a server database says of TLS, in the words of libpq, MySQL or mysql2. An address that asks for
 * TLS never leads to a connection in the clear: what is not understood is refused.
 * @throws DatabaseError that names what to change, without the address
 */
export function tlsOf(text: string): ProtectedAddress {
  const [address = '', query = ''] = text.split('?', 2);
  const rest = new URLSearchParams(query);
  const said = takeFrom(rest);
  const url = rest.size > 0 ? `${address}?${rest.toString()}` : address;
  const isDirect = said.negotiation?.value === 'direct';
  const checked = checkedOf(said);
  if (checked === undefined || checked === 'off') {
    const [file] = [said.ca, said.cert, said.key].filter((each) => each !== undefined);
    if (isDirect || (file && checked === undefined)) {
      const name = isDirect ? 'sslnegotiation=direct' : file?.name;
      throw refused(
        `has ${name} without a mode. Add sslmode=verify-full (ssl-mode=VERIFY_IDENTITY)`,
      );
    }
    return { url, ssl: checked === 'off' ? false : undefined, isDirect };
  }
  return { url, ssl: optionsOf(said, checked, address), isDirect };
}

function takeFrom(query: URLSearchParams): Said {
  const said: Said = {};
  for (const name of new Set(query.keys())) {
    const value = query.get(name) ?? '';
    if (!/ssl|tls/i.test(name) && name !== 'uselibpqcompat') continue;
    const meaning = meanings[name.replaceAll(/[-_]/g, '').toLowerCase()];
    if (meaning === undefined) {
      throw refused(
        `has ${name}, which is not understood. Use sslmode and sslrootcert for PostgreSQL, ssl-mode and ssl-ca for MySQL`,
      );
    }
    if (meaning !== 'nothing') said[meaning] = { name, value };
    query.delete(name);
  }
  return said;
}

function checkedOf({ mode, ssl, ca }: Said): Checked | 'off' | undefined {
  if (mode) {
    const checked = modes[mode.value.replaceAll('_', '-').toLowerCase()];
    if (checked === undefined) {
      throw refused(
        `has ${mode.name}=${mode.value}, which may connect in the clear or is not known. Use disable, require, verify-ca or verify-full (MySQL: DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY)`,
      );
    }
    // As in libpq: who names an authority wants it to be asked.
    return checked === 'nothing' && ca && mode.value !== 'no-verify' ? 'ca' : checked;
  }
  if (!ssl) return undefined;
  const checked = switches[ssl.value.replaceAll(' ', '')];
  if (checked !== undefined) return checked;
  throw refused(`has ${ssl.name}=…, which is not understood. Use sslmode (MySQL: ssl-mode)`);
}

function optionsOf(said: Said, checked: Checked, address: string): Tls {
  const ca = said.ca?.value === 'system' ? undefined : contentOf(said.ca);
  if (checked === 'ca' && ca === undefined) {
    const { name, value } = said.mode ?? { name: 'sslmode', value: 'verify-ca' };
    throw refused(
      `has ${name}=${value} without the authority to ask. Add sslrootcert=FILE (MySQL: ssl-ca=FILE), or use verify-full (MySQL: VERIFY_IDENTITY)`,
    );
  }
  const isMysql = address.startsWith('mysql:');
  const host = URL.parse(address)?.hostname ?? '';
  // mysql2 would compare the certificate with `localhost`.
  if (isMysql && checked === 'identity' && isIP(host.replace(/^\[|\]$/g, '')) !== 0) {
    throw refused(
      'asks for the identity of a host that is given as a number. Use its name, or ssl-mode=VERIFY_CA with ssl-ca=FILE',
    );
  }
  const [cert, key] = [contentOf(said.cert), contentOf(said.key)];
  return {
    rejectUnauthorized: checked !== 'nothing',
    ...(isMysql ? { verifyIdentity: checked === 'identity' } : {}),
    ...(checked === 'ca' && !isMysql ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function contentOf(file: { name: string; value: string } | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file.value, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(`has ${file.name}, a file that cannot be read (${reason}). Correct the path`);
  }
}

/** Begins with the setting, since nobody else knows which part of it is meant. */
function refused(reason: string): DatabaseError {
  return new DatabaseError(`DATABASE_URL ${reason}.`);
}
