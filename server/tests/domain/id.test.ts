import { expect, it } from 'vitest';
import { idIn, maxId } from '../../src/domain/id.ts';

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
