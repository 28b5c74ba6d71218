import { beforeEach, describe, expect, it } from 'vitest';
import { largeTotal } from '../../src/domain/large-total.ts';

describe('a total of a list', () => {
  let rows: number;
  let counts: number;
  let clock: number;
  let total: () => Promise<number>;

  beforeEach(() => {
    [rows, counts, clock] = [0, 0, 1_000_000];
    const count = async () => {
      counts += 1;
      return rows;
    };
    total = largeTotal(count, () => new Date(clock));
  });

  it('is exact at every request while it is small', async () => {
    const seen: number[] = [];
    for (rows of [0, 7, 9999, 3]) seen.push(await total());

    expect(seen).toEqual([0, 7, 9999, 3]);
  });

  it('is counted twice a minute once it is large', async () => {
    rows = 10_000;
    const first = await total();
    rows = 10_001;
    const remembered = await total();
    clock += 30_000;
    const later = await total();

    expect([first, remembered, later, counts]).toEqual([10_000, 10_000, 10_001, 2]);
  });

  it('is counted by one of those who ask at once', async () => {
    rows = 50_000;
    await total();
    clock += 30_000;
    rows = 50_001;

    expect(await Promise.all([total(), total(), total()])).toEqual([50_001, 50_001, 50_001]);
    expect(counts).toBe(2);
  });

  it('is not kept when the clock was set back, nor when counting fails', async () => {
    rows = 20_000;
    await total();
    clock -= 3_600_000;
    rows = 20_001;
    const afterwards = await total();
    const failing = largeTotal(
      () => Promise.reject(new Error('away')),
      () => new Date(clock),
    );

    expect(afterwards).toBe(20_001);
    await expect(failing()).rejects.toThrow('away');
    await expect(failing()).rejects.toThrow('away');
  });
});
