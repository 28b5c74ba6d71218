import { describe, expect, it } from 'vitest';
import { checkUsername } from '../../src/domain/accounts/account.ts';
import { usernameSlug } from '../../src/domain/accounts/derived-username.ts';

describe('a derived username', () => {
  it.each([
    ['Alice', 'alice'],
    ['María José', 'maria-jose'],
    ['bob@example.com', 'bob'],
    ['bob.the-builder+photos@example.com', 'bob.the-builder-photo'],
    ['  Carla   of the Dunes ', 'carla-of-the-dunes'],
    ['ﬁne ＷＩＤＥ', 'fine-wide'],
    ['...', 'user'],
    ['写真家', 'user'],
    ['', 'user'],
  ])('of %j is %s', (source, slug) => {
    expect(usernameSlug(source)).toBe(slug);
    expect(() => checkUsername(`${slug}123456789`)).not.toThrow();
  });
});
