import { expect, it } from 'vitest';
import { idIn, longIdIn, maxId, maxLongId } from '../../src/domain/id.ts';

it.each([
  ['1', 1],
  ['2147483647', maxId],
  ['2147483648', null],
  ['9999999999', null],
  ['10000000000', null],
  ['0', null],
  ['007', null],
  ['-1', null],
  ['1.0', null],
  ['1e3', null],
  [' 1', null],
  ['', null],
])('the id in “%s” is %s', (text, id) => {
  expect(idIn(text)).toBe(id);
});

it.each([
  ['2147483648', 2 ** 31],
  ['9007199254740991', maxLongId],
  ['9007199254740992', null],
  ['99999999999999999', null],
])('the long id in “%s” is %s', (text, id) => {
  expect(longIdIn(text)).toBe(id);
});
