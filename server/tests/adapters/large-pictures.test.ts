import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const adapter = new URL('../../src/adapters/images/sharp.ts', import.meta.url).href;

/**
 * The peak of a process in MB. The peak that Node tells begins with the memory of the process that forked this one: that of a
 * worker of the tests, which may be large.
 */
const peak = `
  import { existsSync, readFileSync } from 'node:fs';
  function peakMb() {
    const file = '/proc/self/status';
    const [, kb] = existsSync(file) ? /VmHWM:\\s+(\\d+)/.exec(readFileSync(file, 'utf8')) : [];
    return Math.round((kb ?? process.resourceUsage().maxRSS) / 1024);
  }
`;

const script = `
  ${peak}
  import { readFile } from 'node:fs/promises';
  import { sharpImages } from '${adapter}';
  const images = sharpImages({ concurrency: 2, maxPixels: 120_000_000 });
  const path = process.argv[1];
  const facts = await images.inspect(path, 1);
  const { variants } = await images.makeVariants(await readFile(path), { accountId: 1 });
  const original = variants.at(-1);
  console.log(JSON.stringify({ pixels: facts.width * facts.height, original: original.width * original.height, peakMb: peakMb() }));
`;

describe('a picture of 108 megapixels', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-large-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['a JPEG', () => plain().jpeg({ optimizeCoding: false })],
    [
      'a JPEG that must be turned',
      () => plain().withMetadata({ orientation: 6 }).jpeg({ optimizeCoding: false }),
    ],
    ['a PNG', () => plain().png({ compressionLevel: 1 })],
  ])(
    'is never in memory as a whole, which would take 324 MB and more: %s',
    async (_name, make) => {
      const path = join(folder, 'picture');
      await writeFile(path, await make().toBuffer());

      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, path]);

      const { pixels, original, peakMb } = JSON.parse(stdout);
      expect(pixels).toBe(108_000_000);
      expect(original).toBeGreaterThan(49_000_000);
      expect(original).toBeLessThanOrEqual(50_000_000);
      expect(peakMb).toBeLessThan(450);
    },
    300_000,
  );
});

const many = `
  ${peak}
  import { sharpImages } from '${adapter}';
  const images = sharpImages({ concurrency: 2, maxPixels: 120_000_000 });
  const path = process.argv[1];
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      await images.inspect(path, 1);
      await images.makeVariants(path, { accountId: 1 });
    }),
  );
  console.log(peakMb());
`;

describe('forty pictures of 9 MB at once', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-many-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are in memory two at a time', { timeout: 120_000 }, async () => {
    const path = join(folder, 'picture.png');
    const small = sharp({ create: { width: 40, height: 30, channels: 3, background: '#246' } });
    await writeFile(path, withChunk(await small.png().toBuffer(), Buffer.alloc(9_000_000, 1)));

    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', many, path]);

    // All forty would be 360 MB on top of the process.
    expect(Number(stdout)).toBeLessThan(250);
  });
});

/** The same PNG with a chunk after its header that decoders skip. */
function withChunk(png: Buffer, data: Buffer): Buffer {
  const headerEnd = 33;
  const body = Buffer.concat([Buffer.from('juNk', 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, headerEnd), length, body, check, png.subarray(headerEnd)]);
}

function plain() {
  return sharp({ create: { width: 12_000, height: 9000, channels: 3, background: '#246' } });
}
