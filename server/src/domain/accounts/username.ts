import { randomInt } from 'node:crypto';
import { isReservedUsername } from './account.ts';

const maxLength = 24;
const numberedTries = 5;
const randomTries = 20;

/**
 * Usernames for somebody who chose none, the nicest first: the name or the e-mail's local part in plain letters, then with a
 * number. Only those that nobody has are of use; the caller finds out.
 */
export function* usernamesFor(nameOrEmail: string): Generator<string> {
  const base = slugOf(nameOrEmail);
  yield base;
  for (let number = 2; number < 2 + numberedTries; number += 1) yield `${base}${number}`;
  for (let n = 0; n < randomTries; n += 1) yield `${base}${randomInt(1000, 1_000_000)}`;
}

function slugOf(text: string): string {
  const [local = ''] = text.split('@');
  const slug = local
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, maxLength);
  return slug === '' || isReservedUsername(slug) ? 'user' : slug;
}
