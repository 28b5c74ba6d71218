import sharp from 'sharp';
import { decodeHeic } from './heic-thread.ts';

/** WebAssembly's share of it: enough for a photo of 48 megapixels. */
const limits = { maxMemoryBytes: 400_000_000, timeoutMs: 30_000 };

/** Decodes all of it. @throws Error when it is broken, or needs more memory or time than a photo does */
export async function checkHeic(file: Uint8Array, maxPixels: number): Promise<void> {
  await decodeHeic({ file, maxPixels, ...limits, isCheck: true });
}

/**
 * The same picture in a format that libvips decodes, in its own colors and hardly worse: a JPEG, or a PNG where it has
 * transparent parts.
 */
export async function heicAsOther(
  file: Uint8Array,
  { icc, maxPixels }: { icc: Buffer | undefined; maxPixels: number },
): Promise<Buffer> {
  const { data, ...raw } = await decodeHeic({ file, maxPixels, ...limits, isCheck: false });
  const image = sharp(data, { raw, limitInputPixels: maxPixels });
  if (raw.channels === 4) return image.png({ compressionLevel: 1 }).toBuffer();
  const asGoodAsIs = { quality: 95, chromaSubsampling: '4:4:4', optimizeCoding: false };
  const jpeg = await image.jpeg(asGoodAsIs).toBuffer();
  return icc ? withProfile(jpeg, icc) : jpeg;
}

/** Puts a color profile into a JPEG as it is: sharp would convert the colors to it, and they are in it already. */
function withProfile(jpeg: Buffer, icc: Buffer): Buffer {
  const perSegment = 65_519;
  const count = Math.ceil(icc.length / perSegment);
  if (count > 255) return jpeg;
  const segments = Array.from({ length: count }, (_, i) => {
    const part = icc.subarray(i * perSegment, (i + 1) * perSegment);
    const head = Buffer.from('\xff\xe2\0\0ICC_PROFILE\0\0\0', 'latin1');
    head.writeUInt16BE(part.length + head.length - 2, 2);
    head.set([i + 1, count], 16);
    return Buffer.concat([head, part]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}
