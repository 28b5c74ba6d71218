import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { checkApng } from './apng.ts';
import { checkGif } from './gif.ts';
import type { Header } from './header.ts';
import { checkHeic } from './heic.ts';
import { withoutStrayBytes } from './jpeg-tidy.ts';
import { opener } from './opening.ts';

const endOfJpeg = Buffer.from([0xff, 0xd9]);

/** Decodes all there is of a picture that `checkJpegFile` cannot judge, so that a broken file is refused while its sender still listens. */
export async function check(path: string, header: Header, maxPixels: number): Promise<void> {
  if (header.contentType === 'image/heic') return checkHeic(await readFile(path), maxPixels);
  if (header.contentType === 'image/png' && header.isAnimated) {
    return checkApng(await readFile(path));
  }
  if (header.contentType === 'image/gif') checkGif(await readFile(path));
  if (header.contentType !== 'image/jpeg') {
    return decodeSmall(opener(path, maxPixels, header)({ animated: header.isAnimated }));
  }
  const file = await readFile(path);
  await decodeStrictly(file, maxPixels).catch(async (error: unknown) => {
    for (const dropsFill of [false, true]) {
      const tidy = withoutStrayBytes(file, { dropsFill });
      if (tidy.length < file.length && (await decodes(tidy, maxPixels))) return;
    }
    throw error;
  });
}

function decodes(jpeg: Buffer, maxPixels: number): Promise<boolean> {
  return decodeStrictly(jpeg, maxPixels).then(
    () => true,
    () => false,
  );
}

/** With an end marker the decoder tells a JPEG that lacks no more than that from one that lacks data. */
function decodeStrictly(jpeg: Buffer, maxPixels: number): Promise<void> {
  const whole = Buffer.concat([jpeg, endOfJpeg]);
  return decodeSmall(sharp(whole, { failOn: 'warning', limitInputPixels: maxPixels }));
}

async function decodeSmall(image: Sharp): Promise<void> {
  await image.resize(32, 32, { fit: 'inside' }).raw().toBuffer();
}
