import sharp from 'sharp';
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
  for (let quality = 90; quality >= 20; quality -= 5) {
    const { info, data } = pixels;
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const jpeg = await sharp(data, { raw }).jpeg({ quality }).toBuffer();
    if (jpeg.length <= targetBytes) return jpeg;
  }
  throw new Error('No quality makes the sample photo small enough.');
}
