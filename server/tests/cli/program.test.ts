import { describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';

describe('the program', () => {
  it('ends quietly when nobody reads its output any more', async () => {
    const { code, err } = await command(['settings'], {}, { isHeard: false });

    expect([code, err]).toEqual([0, '']);
  });
});
