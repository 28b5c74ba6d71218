import { type LoggerOptions, stdSerializers } from 'pino';
import { type Cause, currentCause } from '../db/cause.ts';
import { briefOutage } from './brief-outages.ts';

/** Replaces a secret. */
const struckOut = '[struck out]';

/** Characters that a secret is made of, and what may be one in percent-encoding, however often it was encoded. */
const runs = /(?:[\w-]|%(?:25)*[0-9a-f]{2})+/gi;
const encoded = /%(?:25)*([0-9a-f]{2})/gi;

/** A link's token, a refresh token, a JWT, a key, a signature: no word is that long. */
const isLong = (text: string) => text.length >= 32;
const isRandom = (text: string) => /^(?=.*\d)(?=.*[a-z])[a-z\d]{20,}$/i.test(text);
/** What people copy from paper: `abcd-efgh-ijkl-mnop`. */
const isReadable = (text: string) => /(?:^|-)(?:[a-z\d]{4}-){3}[a-z\d]{1,4}/i.test(text);

/** What may be long in every line, and is no secret: the name of this machine, and the id of the request. */
const named = ['"hostname":"', '"requestId":"'];

/** Strikes out everything in a text that has the form of a secret, however it is spelled. */
export function maskSecrets(text: string): string {
  return text.replace(runs, (run: string, at: number) => {
    const hexToText = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
    const parts = run.replace(encoded, hexToText).split(/[^\w-]+/);
    const isSecret = parts.some((part) => isLong(part) || isRandom(part) || isReadable(part));
    return isSecret && !named.some((name) => text.startsWith(name, at - name.length))
      ? struckOut
      : run;
  });
}

/** The path of a URL for the log: without a query, encoded or not, in which a mistaken client may have put a password. */
export function loggedPath(url: string): string {
  const [path = ''] = url.split(/[?#;=]|%(?:25)*(?:3f|23|3b|3d)/i, 1);
  return maskSecrets(path);
}

/** JSON lines. What carries a secret is struck out, and in every line whatever looks like one. */
export const logOptions = {
  redact: {
    // Some drivers put the statement with its values into their errors.
    paths: [
      'err.sql',
      'err.sqlMessage',
      'req.headers.authorization',
      'req.headers.cookie',
      '*.password',
      '*.refreshToken',
    ],
    censor: struckOut,
  },
  serializers: { err: (error: Error) => briefOutage(error) ?? stdSerializers.err(error) },
  mixin: (_details, _level, logger) => (hasRequestId in logger ? {} : requestOf(currentCause())),
  hooks: { streamWrite: maskSecrets },
} satisfies LoggerOptions;

/** Marks a logger whose lines have the id of their request without asking for it. */
export const hasRequestId: unique symbol = Symbol('hasRequestId');

function requestOf(cause: Cause | null): { requestId?: string } {
  return cause ? { requestId: cause.requestId } : {};
}
