import { describe, expect, it } from 'vitest';
import { provedAt } from '../../src/domain/passwords/new-logins.ts';

const early = '2026-06-01T12:00:00.000Z';
const late = '2026-06-02T12:00:00.000Z';

describe('the time since which logins of an account are new', () => {
  it.each([
    ['never, when mail reached nobody', null, null, ''],
    ['the confirmation', early, null, early],
    ['the recovery', null, early, early],
    ['a recovery after the confirmation', early, late, late],
    ['a confirmation after the recovery', late, early, late],
  ])('is %s', (_name, email_verified_at, recovered_at, since) => {
    expect(provedAt({ email_verified_at, recovered_at })).toBe(since);
  });
});
