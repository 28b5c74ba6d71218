import { describe, expect, it } from 'vitest';
import { checkUsername } from '../../src/domain/accounts/account.ts';
import { usernameCandidates, usernameSlug } from '../../src/domain/accounts/derived-username.ts';

describe('a derived username', () => {
  it.each([
    ['Alice', 'alice'],
    ['María José', 'maria-jose'],
    ['bob@example.com', 'bob'],
    ['bob.the-builder+photos@example.com', 'bob.the-builder-photo'],
    ['  Carla   of the Dunes ', 'carla-of-the-dunes'],
    ['ﬁne ＷＩＤＥ', 'fine-wide'],
    ['...', 'user'],
    ['2024', 'user-2024'],
    ['1'.repeat(30), `user-${'1'.repeat(16)}`],
    ['写真家', 'user'],
    ['', 'user'],
  ])('of %j is %s', (source, slug) => {
    expect(usernameSlug(source)).toBe(slug);
    expect(() => checkUsername(`${slug}123456789`)).not.toThrow();
  });
});

describe('usernames for somebody who has not chosen one', () => {
  it.each([
    ['Alice', null, 'alice'],
    ['Bob Ñandú-López', null, 'bob-nandu-lopez'],
    ['  Carla  ', 'c@example.com', 'carla'],
    [null, 'carla.b+photos@example.com', 'carla.b-photos'],
    ['愛', 'carla@example.com', 'carla'],
    ['愛', null, 'user'],
    ['Root', 'admin@example.com', 'user'],
    ['..', null, 'user'],
    ['a'.repeat(60), null, 'a'.repeat(21)],
    [null, null, 'user'],
  ])('begin with one from %j and %j', (name, email, username) => {
    expect(usernameCandidates([name, email], () => 0)[0]).toBe(username);
  });

  it('go on with small numbers and end with drawn ones, and all have the form of one', () => {
    const candidates = usernameCandidates(['B'.repeat(60), null], () => 0.999_999_99);

    expect(candidates.slice(1, 3)).toEqual([`${'b'.repeat(21)}2`, `${'b'.repeat(21)}3`]);
    expect(candidates.at(-1)).toMatch(/^b{21}\d{8}$/);
    expect(new Set(candidates).size).toBe(12);
  });
});
