import sharp from 'sharp';

const width = 1600;
const height = 1200;

type Color = readonly [red: number, green: number, blue: number];

/**
 * Paints a picture that looks like a place: sky, sun, three ranges of hills. The same number gives the same picture.
 * Carries EXIF with a position, as photos from a phone do.
 * @returns a JPEG of 1600 × 1200 pixels
 */
export async function samplePhoto(seed: number): Promise<Uint8Array> {
  return sharp(paint(seed), { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .withExif({
      IFD0: { Make: 'Rookery', Model: 'Sample camera', ImageDescription: `Sample photo ${seed}` },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 3230/100',
        GPSLongitudeRef: 'W',
        GPSLongitude: '0/1 7/1 3900/100',
      },
    })
    .toBuffer();
}

const sunlight: Color = [255, 246, 214];

function paint(seed: number): Buffer {
  const pixels = Buffer.allocUnsafe(width * height * 3);
  const top = hue(seed * 67, 0.45);
  const horizon = hue(seed * 67 + 40, 0.85);
  const land = hue(seed * 67 + 150, 0.5);
  const sun = { x: 200 + ((seed * 389) % 1200), y: 180 + ((seed * 157) % 260) };
  const sky = Array.from({ length: height }, (_, y) => mix(top, horizon, y / height));
  const hills = [0, 1, 2].map((range) => mix(land, [12, 18, 24], 0.25 + range * 0.25));
  for (let x = 0; x < width; x += 1) {
    const far = ridgeAt(seed, x, 620);
    const middle = ridgeAt(seed + 7, x, 800);
    const near = ridgeAt(seed + 14, x, 980);
    for (let y = 0; y < height; y += 1) {
      const inSun = (x - sun.x) ** 2 + (y - sun.y) ** 2 < 8100;
      const range = y > near ? 2 : y > middle ? 1 : y > far ? 0 : -1;
      const [red, green, blue] = hills[range] ?? (inSun ? sunlight : (sky[y] ?? horizon));
      const at = (y * width + x) * 3;
      pixels[at] = red;
      pixels[at + 1] = green;
      pixels[at + 2] = blue;
    }
  }
  return pixels;
}

/** Height of a range of hills at `x`: a few waves of different lengths. */
function ridgeAt(seed: number, x: number, baseY: number): number {
  const waves = [1, 2.3, 5.1].map((f, i) => Math.sin((x / width) * 6 * f + seed * (i + 1)) / f);
  return baseY + 90 * waves.reduce((sum, wave) => sum + wave, 0);
}

/** A full colour of the circle, in degrees, scaled to a brightness of 0 to 1. */
function hue(degrees: number, brightness: number): Color {
  const channel = (offset: number) =>
    Math.round(255 * brightness * (0.6 + 0.4 * Math.cos(((degrees + offset) * Math.PI) / 180)));
  return [channel(0), channel(240), channel(120)];
}

function mix(a: Color, b: Color, share: number): Color {
  const channel = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [channel(0), channel(1), channel(2)];
}
