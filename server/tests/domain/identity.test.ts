import { describe, expect, it } from 'vitest';
import { plausibleEmail, shownName } from '../../src/domain/identities/identity.ts';

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
