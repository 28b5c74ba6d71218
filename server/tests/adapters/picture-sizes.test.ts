import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import { sharpImages } from '../../src/adapters/images/sharp.ts';

const images = sharpImages({ concurrency: 2, maxPixels: 20_000_000 });

describe('the sizes of a picture', () => {
  it.each([
    ['a photo that is decoded once', () => photo(1152, 768)],
    ['a photo that is reduced a little', () => photo(1600, 1200)],
    ['a photo that is reduced while it is read', () => photo(2880, 1920)],
    ['a turned photo', () => photo(1152, 768, 6)],
    ['a turned photo that is reduced while it is read', () => photo(2880, 1920, 8)],
    ['a PNG', () => samplePhoto(2).then((jpeg) => sharp(jpeg).png().toBuffer())],
  ])('look like the picture: %s', async (_name, make) => {
    const file = await make();

    const { variants } = await images.makeVariants(file, { accountId: 1 });
    const errors = await Promise.all(variants.map(({ bytes }) => meanError(bytes, file)));

    expect(variants.map(({ size }) => size)).toEqual(['small', 'medium', 'large', 'original']);
    expect(Math.max(...errors)).toBeLessThan(2.5);
  });

  it('differ where the picture does', async () => {
    const [file, other] = [await photo(1152, 768), await sharp(await samplePhoto(3)).toBuffer()];

    const { variants } = await images.makeVariants(file, { accountId: 1 });

    for (const { bytes } of variants) expect(await meanError(bytes, other)).toBeGreaterThan(20);
  });

  it('are baseline JPEGs', async () => {
    const { variants } = await images.makeVariants(await photo(1152, 768), { accountId: 1 });
    const found = await Promise.all(variants.map(({ bytes }) => sharp(bytes).metadata()));

    expect(found.map(({ format }) => format)).toEqual(Array(4).fill('jpeg'));
    expect(found.map(({ isProgressive }) => isProgressive)).toEqual(Array(4).fill(false));
  });
});

async function photo(width: number, height: number, orientation = 1): Promise<Buffer> {
  return sharp(await samplePhoto(1))
    .resize(width, height, { fit: 'fill' })
    .withMetadata({ orientation })
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** How much the channels of a variant's pixels differ from those of the picture in its size, of 255. */
async function meanError(variant: Uint8Array, file: Uint8Array): Promise<number> {
  const seen = await sharp(variant).raw().toBuffer({ resolveWithObject: true });
  const { width, height } = seen.info;
  const wanted = await sharp(await sharp(file).autoOrient().png().toBuffer())
    .resize(width, height, { fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const sum = seen.data.reduce((total, value, i) => total + Math.abs(value - (wanted[i] ?? 0)), 0);
  return sum / wanted.length;
}
