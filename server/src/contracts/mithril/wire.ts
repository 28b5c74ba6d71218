import { WireFault } from '../contract.ts';
import { fieldsOf } from '../older.ts';

/** What its clients switch on, with the words that belong to it. */
export const messages = {
  0: '',
  1: 'SOMETHING WRONG WITH THE SERVER',
  2: 'INVALID POST CONTENT',
  3: 'USER ALREADY EXIST',
  4: 'USER NOT EXIST',
  5: 'USER WRONG PASSWORD',
  6: 'PICTURE DATA IS NOT BASE64 ENCODE',
  7: 'NO AUTH TOKEN IN HEADER',
  8: 'TOKEN EXPIRE TIME',
  9: 'TOKEN INVALID',
  10: 'UPLOAD PICTURE FAIL',
  11: 'INVALID QUERY ARGS',
  12: 'Username is too short/long',
  13: 'Password is too short/long',
} as const;

export type Code = keyof typeof messages;

export function envelope(code: Code, data: object = {}): object {
  return { code, message: messages[code], data };
}

export function fault(status: number, code: Code): WireFault {
  return new WireFault(status, envelope(code));
}

/** Name and password of a body: neither is empty, and both are ASCII. */
export function credentialsOf(body: unknown): { username: string; password: string } {
  const { username, password } = fieldsOf(body);
  if (!isPlain(username) || !isPlain(password)) throw fault(400, 2);
  return { username, password };
}

function isPlain(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && /^[^\0\u0080-\uffff]+$/.test(value);
}

/** The bytes of canonical base64: encoding them again gives the same text. */
export function bytesOf(data: string): Buffer {
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') !== data) throw fault(400, 6);
  return bytes;
}
