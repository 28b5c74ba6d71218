import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharpImages } from '../../src/adapters/images/sharp.ts';

const [alice, bob] = [1, 2];

describe('large pictures', () => {
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-turns-'));
    path = join(folder, 'picture');
    const plain = { width: 4100, height: 4100, channels: 3, background: '#246' } as const;
    await writeFile(path, await sharp({ create: plain }).webp({ effort: 0 }).toBuffer());
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('of one account do not keep those of another waiting, nor wait without end', {
    timeout: 60_000,
  }, async () => {
    const images = sharpImages({ concurrency: 2, maxPixels: 120_000_000 });
    const ended: number[] = [];
    const inspect = (accountId: number) =>
      images.inspect(path, accountId).then(() => void ended.push(accountId));

    const alices = Array.from({ length: 30 }, () => inspect(alice));
    const results = await Promise.allSettled([...alices, inspect(bob)]);

    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const it of refused) {
      expect(it).toMatchObject({ reason: { code: 'rate_limited', retryAfterSeconds: 2 } });
    }
    expect(ended).toContain(bob);
    expect(ended.at(-1)).toBe(alice);
  });
});
