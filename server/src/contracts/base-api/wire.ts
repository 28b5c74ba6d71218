import type { NewDevice } from '../../domain/devices/device.ts';
import { DomainError, type ErrorCode } from '../../domain/errors.ts';
import { isKeepable, lengthOf } from '../../domain/text.ts';
import { mountOf } from '../addresses.ts';
import { WireFault } from '../contract.ts';
import { fieldsOf } from '../older.ts';

export const audience = 'base-api';

export const mount = mountOf('base-api');

/** What stands before every address of it. */
export const prefix = '/v1';

export const emailLinkPath = `${prefix}/email_verification`;

/** Links lead to the address that its clients know, and no field of theirs takes a code. */
export const emailProof = { linkPath: emailLinkPath, hasNoCode: true };

/** An answer that only says that all is well. */
export function done(message: string) {
  return { status: 'success', message };
}

/** An answer that shows something. */
export function shown<T>(data: T) {
  return { status: 'success', data };
}

export function failure(message: string) {
  return { message, status: 'error' };
}

export function fault(status: number, message: string): WireFault {
  return new WireFault(status, failure(message));
}

/** What is said of every body that lacks something or cannot be read. */
export const badPayload = 'Invalid payload.';

/** What is said of every token that is none, or not any more. */
export const badToken = 'Invalid token. Please log in again.';

/** Whether a value counts as given: zero, false and whatever is empty do not. */
export function isGiven(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** The fields of a body. @throws WireFault when there are none */
export function payloadOf(body: unknown): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(body);
  if (!isGiven(fields)) throw fault(400, badPayload);
  return fields;
}

/** A text that must be given. @throws WireFault */
export function textIn(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value !== 'string' || value === '' || !isKeepable(value)) throw fault(400, badPayload);
  return value;
}

/** The texts that a body must have. @throws WireFault */
export function textsOf<const K extends string>(
  body: unknown,
  names: readonly K[],
): Record<K, string> {
  const fields = payloadOf(body);
  return Object.fromEntries(names.map((name) => [name, textIn(fields, name)])) as Record<K, string>;
}

/** `2026-11-21T01:26:38.146000+00:00`; a fraction only when there is one. */
export function dateOf(time: string): string;
export function dateOf(time: string | null): string | null;
export function dateOf(time: string | null): string | null {
  if (time === null) return null;
  const [seconds = '', thousandths = '000'] = time.replace('Z', '').split('.');
  return thousandths === '000' ? `${seconds}+00:00` : `${seconds}.${thousandths}000+00:00`;
}

/** Typed clients read a text there: the empty one, which counts as missing, for an account of another contract without an e-mail. */
export function emailOf({ email }: { email: string | null }): string {
  return email ?? '';
}

const maxUsername = 128;

/** A name that others see. @throws WireFault */
export function usernameIn(fields: Readonly<Record<string, unknown>>): string {
  const username = textIn(fields, 'username');
  if (lengthOf(username) > maxUsername) throw fault(400, badPayload);
  return username;
}

/** Answers some codes of the domain as a route always did, and passes every other error on. */
export function refusing(
  answers: Partial<Record<ErrorCode, [status: number, message: string]>>,
): (error: unknown) => never {
  return (error) => {
    const answer = error instanceof DomainError ? answers[error.code] : undefined;
    throw answer ? fault(...answer) : error;
  };
}

/** The same for what is wrong with one input, whatever the code. */
export function refusingField(
  field: string,
  answer: [status: number, message: string],
): (error: unknown) => never {
  return (error) => {
    const isAbout = error instanceof DomainError && error.fields[0]?.field === field;
    throw isAbout ? fault(...answer) : error;
  };
}

const maxDeviceLength = 128;

/** A device as its client names it; it keeps the token that it has. @throws WireFault */
export function newDevice(deviceId: string, type: string): NewDevice {
  if (lengthOf(deviceId) > maxDeviceLength || lengthOf(type) > maxDeviceLength)
    throw fault(400, badPayload);
  // Tokens are those of apps here, whatever the type; `web` is what the domain calls subscriptions of browsers.
  return { deviceId, type: type === 'web' ? 'web-app' : type, token: undefined };
}
