import { describe, expect, it } from 'vitest';
import { idsLeft } from '../../src/app/ids-left.ts';
import { maxId } from '../../src/domain/id.ts';

describe('doctor says how many ids are left', () => {
  it('of the fullest table', () => {
    const uses = [
      { table: 'posts', used: Math.ceil(maxId / 2) },
      { table: 'accounts', used: 12 },
    ];

    expect(idsLeft(uses)).toBe('at most 50 % of them used (posts)');
    expect(idsLeft([])).toBe('none used yet');
  });

  it('fails from four fifths on, and says what to do', () => {
    const uses = [{ table: 'media', used: Math.ceil(maxId * 0.8) }];

    expect(() => idsLeft(uses)).toThrow(/80 % of the ids of media are used.*turn the older/s);
  });
});
