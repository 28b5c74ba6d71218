import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const adapter = new URL('../../src/adapters/images/sharp.ts', import.meta.url).href;
const script = `
  import { readFile } from 'node:fs/promises';
  import { sharpImages } from '${adapter}';
  const images = sharpImages({ concurrency: 2, maxPixels: 120_000_000 });
  const path = process.argv[1];
  const facts = await images.inspect(path);
  const { variants } = await images.makeVariants(await readFile(path));
  const original = variants.at(-1);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ pixels: facts.width * facts.height, original: original.width * original.height, peakMb }));
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

function plain() {
  return sharp({ create: { width: 12_000, height: 9000, channels: 3, background: '#246' } });
}
