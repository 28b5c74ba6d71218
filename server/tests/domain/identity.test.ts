import { describe, expect, it } from 'vitest';
import {
  plausibleEmail,
  shownName,
  usernameCandidates,
} from '../../src/domain/identities/identity.ts';

describe('usernames for somebody who has not chosen one', () => {
  it.each([
    ['Alice', null, 'alice'],
    ['Bob Ñandú-López', null, 'bob.nandu.lopez'],
    ['  Carla  ', 'c@example.com', 'carla'],
    [null, 'carla.b+photos@example.com', 'carla.b.photos'],
    ['愛', 'carla@example.com', 'carla'],
    ['愛', null, 'user'],
    ['Root', 'admin@example.com', 'user'],
    ['..', null, 'user'],
    ['a'.repeat(60), null, 'a'.repeat(20)],
    [null, null, 'user'],
  ])('begin with one from %j and %j', (name, email, username) => {
    expect(usernameCandidates({ name, email }, () => 0)[0]).toBe(username);
  });

  it('go on with small numbers and end with drawn ones, and all have the form of one', () => {
    const candidates = usernameCandidates(
      { name: 'B'.repeat(60), email: null },
      () => 0.999_999_99,
    );

    expect(candidates.slice(1, 3)).toEqual([`${'b'.repeat(20)}2`, `${'b'.repeat(20)}3`]);
    expect(candidates.at(-1)).toMatch(/^b{20}\d{8}$/);
    expect(new Set(candidates).size).toBe(12);
  });
});

describe('what a provider says', () => {
  it.each([
    ['Alice', 'Alice'],
    [' \u0000Bob\u202e ', 'Bob'],
    ['\u200b', null],
    ['', null],
    [null, null],
    ['🏔'.repeat(60), '🏔'.repeat(50)],
    ['Carla \ud800', 'Carla \ufffd'],
  ])('is shown without what nobody sees: %j', (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });

  it.each([
    ['alice@example.com', true],
    ['Alice+x@EXAMPLE.com', true],
    ['alice', false],
    ['alice@', false],
    ['a@b@example.com', false],
    ['alice @example.com', false],
    ['ａlice@example.com', false],
    ['alice@exa\u00admple.com', false],
    [`${'a'.repeat(250)}@example.com`, false],
    [null, false],
  ])('is an address only when it has the form of one: %j', (email, isOne) => {
    expect(plausibleEmail(email)).toBe(isOne ? email : null);
  });
});
