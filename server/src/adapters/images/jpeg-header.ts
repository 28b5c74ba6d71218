/** What a plain JPEG says about itself: the kind that cameras and phones write. */
export type JpegHeader = {
  /** As it is seen, after turning it upright. */
  width: number;
  height: number;
  /** `Exif\0\0` and a TIFF header. */
  exif: Uint8Array | undefined;
};

type Component = { h: number; v: number };
type Frame = { width: number; height: number; components: readonly Component[] };

/** Of libjpeg. */
const maxSidePx = 65_500;
const orientationTag = 0x0112;
const shortType = 3;

/** Null for anything unusual: only the decoder can tell what it makes of that. */
export function plainHeader(frame: Frame, exifs: readonly Uint8Array[]): JpegHeader | null {
  const { width, height } = frame;
  const [exif, ...others] = exifs;
  const orientation = exif ? orientationIn(exif) : 1;
  if (!isPlain(frame) || orientation === null || others.length > 0) return null;
  const isTurned = orientation >= 5;
  const [seenWidth, seenHeight] = isTurned ? [height, width] : [width, height];
  // Of its own, for it leaves its thread, and would take the whole file along.
  return { width: seenWidth, height: seenHeight, exif: exif && new Uint8Array(exif) };
}

/** Gray, or colors of which brightness has up to twice as many samples as the others. */
function isPlain({ width, height, components }: Frame): boolean {
  const [first, ...others] = components;
  const isUsual =
    first !== undefined &&
    first.h <= 2 &&
    first.v <= 2 &&
    others.every(({ h, v }) => h === 1 && v === 1);
  const isGrayOrColor = components.length === 1 || components.length === 3;
  return isUsual && isGrayOrColor && Math.max(width, height) <= maxSidePx;
}

/** 1 where nothing is said; null where what is said is malformed. */
function orientationIn(exif: Uint8Array): number | null {
  const tiff = Buffer.from(exif.buffer, exif.byteOffset + 6, exif.length - 6);
  const order = tiff.toString('latin1', 0, 4);
  const isLittle = order === 'II*\0';
  if ((!isLittle && order !== 'MM\0*') || tiff.length < 8) return null;
  const u16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const start = u32(4);
  if (start < 8 || start + 2 > tiff.length) return null;
  const count = u16(start);
  if (start + 2 + count * 12 > tiff.length) return null;
  const places = Array.from({ length: count }, (_, i) => start + 2 + i * 12);
  const found = places.filter((at) => u16(at) === orientationTag);
  const [at] = found;
  if (at === undefined) return 1;
  const orientation = u16(at + 8);
  const isSound = u16(at + 2) === shortType && u32(at + 4) === 1 && found.length === 1;
  return isSound && orientation >= 1 && orientation <= 8 ? orientation : null;
}
