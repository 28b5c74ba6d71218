import { describe, expect, it } from 'vitest';
import { decodeHeic } from '../../src/adapters/images/heic-thread.ts';
import { codedTiles, heicOf, picture } from '../support/heif.ts';

const limits = {
  maxPixels: 1_000_000,
  maxMemoryBytes: 100_000_000,
  timeoutMs: 60_000,
  isCheck: false,
};
const [red, , blue, white] = codedTiles();
const pair = red && blue ? [red, blue] : [];

describe('the decoder of HEIC', () => {
  it.each([
    ['tiles beside each other', { columns: 2 }, ['red', 'red', 'blue', 'blue']],
    ['a quarter turn against the clock', { columns: 2, turns: 1 }, ['blue', 'red', 'blue', 'red']],
    ['half a turn', { columns: 2, turns: 2 }, ['blue', 'blue', 'red', 'red']],
    ['a quarter turn with the clock', { columns: 2, turns: 3 }, ['red', 'blue', 'red', 'blue']],
    ['mirrored, left to right', { columns: 2, mirror: 1 as const }, ['blue', 'blue', 'red', 'red']],
    ['mirrored, top to bottom', { columns: 1, mirror: 0 as const }, ['blue', 'red', 'blue', 'red']],
    ['turned in EXIF alone', { columns: 2, exifOrientation: 6 }, ['red', 'red', 'blue', 'blue']],
    [
      'turned twice, in EXIF too',
      { columns: 2, turns: 3, exifOrientation: 6 },
      ['red', 'blue', 'red', 'blue'],
    ],
  ])('shows the corners where they belong: %s', async (_name, parts, corners) => {
    const file = heicOf({ tiles: pair, ...parts });

    const { width, height, channels, data } = await decodeHeic({ file, ...limits });

    const isUpright = height > width;
    expect([width, height]).toEqual(isUpright ? [64, 128] : [128, 64]);
    // Top left, bottom left, top right, bottom right.
    const places = [
      [2, 2],
      [2, height - 3],
      [width - 3, 2],
      [width - 3, height - 3],
    ] as const;
    expect(
      places.map(([x, y]) => ((data[(y * width + x) * channels] ?? 0) > 128 ? 'red' : 'blue')),
    ).toEqual(corners);
  });

  it('turns 10 bits into 8', async () => {
    const { data } = await decodeHeic({ file: picture('ten-bit.heic'), ...limits });

    expect(Array.from(data.subarray(0, 3)).map((value) => Math.round(value / 10))).toEqual([
      22, 3, 3,
    ]);
  });

  it.each([
    ['more pixels than allowed', { maxPixels: 5_000_000 }, /too many pixels/],
    ['more memory than allowed', { maxMemoryBytes: 20_000_000 }, /Memory allocation error/],
    ['more time than allowed', { timeoutMs: 1 }, /took longer than 1 ms/],
  ])('gives up on %s', async (_name, limit, reason) => {
    const order = { file: picture('large.heic'), ...limits, maxPixels: 5_200_000, ...limit };

    await expect(decodeHeic(order)).rejects.toThrow(reason);
  });

  it('decodes within its limits', async () => {
    const order = { file: picture('large.heic'), ...limits, maxPixels: 5_200_000 };

    expect(await decodeHeic(order)).toMatchObject({ width: 2600, height: 2000 });
  });

  it('gives up on a grid that claims more than its tiles hold, and on one without an end of tiles', async () => {
    const bomb = heicOf({ columns: 2, tiles: pair, claims: { width: 30_000, height: 30_000 } });
    const odd = heicOf({
      columns: 1,
      tiles: white ? [white] : [],
      claims: { width: 900, height: 900 },
    });

    await expect(decodeHeic({ file: bomb, ...limits, maxPixels: 1e9 })).rejects.toThrow();
    await expect(decodeHeic({ file: odd, ...limits })).rejects.toThrow();
  });

  it('ends in a picture or an error, wherever a byte was changed', async () => {
    const whole = heicOf({ columns: 2, tiles: pair, turns: 1, exifOrientation: 6 });
    const outcomes = [];
    for (let at = 3; at < whole.length; at += 37) {
      const file = Buffer.from(whole);
      file[at] = (file[at] ?? 0) ^ 0xff;
      outcomes.push(
        await decodeHeic({ file, ...limits }).then(
          () => 'picture',
          () => 'error',
        ),
      );
    }

    expect(outcomes).toContain('error');
  });
});
