import sharp, { type JpegOptions, type OutputInfo, type Sharp } from 'sharp';
import { samplePhoto } from '../src/adapters/images/sample-photo.ts';

const targetBytes = 100_000;
const boundary = '----rookery-bench';

/** A form with one JPEG of about 100 kB. */
export async function photoForm(): Promise<{ body: Buffer; type: string }> {
  return formOf(await grainyPhoto(), 'photo.jpg');
}

export function formOf(photo: Buffer, filename: string): { body: Buffer; type: string } {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\ncontent-type: image/jpeg\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), photo, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

/** A photo as a phone sends it to a chat: 0.9 megapixels in 90 kB, with EXIF. */
export function smallPhoto(): Promise<Buffer> {
  return finePhoto({ width: 1152, height: 768, maxBytes: targetBytes });
}

/** A photo as a phone takes it: 12 megapixels in 3 MB, with EXIF. */
export function largePhoto(): Promise<Buffer> {
  return finePhoto({ width: 4032, height: 3024, maxBytes: 3_500_000 });
}

type Wanted = { width: number; height: number; maxBytes: number };

/** Grain of two pixels, which a codec finds as hard as what a lens draws. */
async function finePhoto({ width, height, maxBytes }: Wanted): Promise<Buffer> {
  const coarse = { width: Math.round(width / 2), height: Math.round(height / 2) };
  const noise = { type: 'gaussian', mean: 128, sigma: 14 } as const;
  const grain = await sharp({ create: { ...coarse, channels: 3, background: '#888', noise } })
    .resize(width, height)
    .png({ compressionLevel: 1 })
    .toBuffer();
  const pixels = await sharp(await samplePhoto(1))
    .resize(width, height, { fit: 'fill' })
    .composite([{ input: grain, blend: 'soft-light' }])
    .raw()
    .toBuffer({ resolveWithObject: true });
  const exif = { IFD0: { Make: 'Rookery', Model: 'Sample camera' } };
  return bestBelow(maxBytes, (quality) => jpegOf(pixels, { quality }).withExif(exif));
}

type Pixels = { data: Buffer; info: OutputInfo };

function jpegOf({ data, info }: Pixels, options: JpegOptions): Sharp {
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } }).jpeg(options);
}

/** In the best quality that makes it so small. */
async function bestBelow(maxBytes: number, make: (quality: number) => Sharp): Promise<Buffer> {
  for (let quality = 95; quality >= 20; quality -= 5) {
    const jpeg = await make(quality).toBuffer();
    if (jpeg.length <= maxBytes) return jpeg;
  }
  throw new Error('No quality makes the sample photo small enough.');
}

/** A JPEG of about 100 kB. Grain makes it as large as a photo of a camera is. */
export async function grainyPhoto(): Promise<Buffer> {
  const photo = await samplePhoto(1);
  const { width, height } = { width: 1600, height: 1200 };
  const noise = { type: 'gaussian', mean: 128, sigma: 6 } as const;
  const grain = await sharp({ create: { width, height, channels: 3, background: '#888', noise } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const pixels = await sharp(photo)
    .composite([{ input: grain, blend: 'soft-light' }])
    .raw()
    .toBuffer({ resolveWithObject: true });
  return bestBelow(targetBytes, (quality) => jpegOf(pixels, { quality }));
}
