import { crc32 } from 'node:zlib';
import sharp from 'sharp';

/** libvips reads the first frame of an animated PNG alone; here each frame becomes a PNG of its own. */

type Frame = {
  width: number;
  height: number;
  x: number;
  y: number;
  delayMs: number;
  /** What happens to its place before the next frame: nothing, it is cleared, or it becomes what it was. */
  disposal: 'none' | 'clear' | 'restore';
  /** Whether it is laid over what is there, or takes its place. */
  isOver: boolean;
  data: Buffer[];
};

type Apng = { width: number; height: number; loops: number; head: Chunk[]; frames: Frame[] };
type Chunk = { type: string; data: Buffer };

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
/** What may stand before the first frame and changes how pixels look. */
const shared = new Set(['PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT']);

/** Reads up to `length` bytes of a file; fewer at its end. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

/** Many small chunks may stand before the picture. */
const windowBytes = 65_536;

/**
 * How many frames an animated PNG says it has; 1 for every other file. Skips the content of chunks, so that a large file that
 * waits for its turn takes no memory.
 */
export async function apngFrames(readAt: ReadAt): Promise<number> {
  let start = 0;
  let window = await readAt(0, windowBytes);
  if (!window.subarray(0, 8).equals(signature)) return 1;
  let at = 8;
  for (;;) {
    if (at + 12 > start + window.length) {
      start = at;
      window = await readAt(at, windowBytes);
      if (window.length < 12) return 1;
    }
    const chunk = window.subarray(at - start);
    const length = chunk.readUInt32BE(0);
    const type = chunk.toString('latin1', 4, 8);
    if (type === 'IDAT') return 1;
    if (type === 'acTL' && length === 8) return chunk.readUInt32BE(8);
    at += length + 12;
  }
}

/** Decodes every frame. @throws Error when one is broken or missing */
export async function checkApng(file: Buffer): Promise<void> {
  await drawFrames(file, () => {});
}

/** The same animation as WebP, without loss. @throws Error when a frame is broken or missing */
export async function apngAsWebp(file: Buffer): Promise<Buffer> {
  const { width, height, loops } = headerOf(file);
  const pictures: Buffer[] = [];
  const delay: number[] = [];
  await drawFrames(file, (canvas, delayMs) => {
    pictures.push(Buffer.from(canvas));
    delay.push(delayMs);
  });
  const raw = { width, height: height * pictures.length, channels: 4, pageHeight: height } as const;
  return sharp(Buffer.concat(pictures), { raw, limitInputPixels: false })
    .webp({ lossless: true, effort: 0, delay, loop: loops })
    .toBuffer();
}

async function drawFrames(
  file: Buffer,
  onFrame: (canvas: Buffer, delayMs: number) => void,
): Promise<void> {
  const apng = headerOf(file);
  const canvas = Buffer.alloc(apng.width * apng.height * 4);
  for (const frame of apng.frames) {
    const pixels = await decodeFrame(apng.head, frame);
    const before = frame.disposal === 'restore' ? Buffer.from(canvas) : null;
    draw(canvas, apng.width, frame, pixels);
    onFrame(canvas, frame.delayMs);
    if (before) before.copy(canvas);
    if (frame.disposal === 'clear') clear(canvas, apng.width, frame);
  }
}

/** @throws Error when the file is no sound animated PNG */
function headerOf(file: Buffer): Apng {
  const head: Chunk[] = [];
  const frames: Frame[] = [];
  let size = { width: 0, height: 0 };
  let [announced, loops] = [0, 0];
  let hasData = false;
  for (const { type, data } of chunks(file)) {
    const frame = frames.at(-1);
    if (type === 'IHDR') {
      size = { width: data.readUInt32BE(0), height: data.readUInt32BE(4) };
      head.push({ type, data });
    } else if (type === 'acTL') [announced, loops] = [data.readUInt32BE(0), data.readUInt32BE(4)];
    else if (type === 'fcTL') frames.push(frameOf(data, size, frames.length === 0));
    else if (type === 'IDAT') {
      hasData = true;
      // Before the first frame's own chunk it is a picture for those who know no animation.
      frame?.data.push(data);
    } else if (type === 'fdAT') frame?.data.push(data.subarray(4));
    else if (!hasData && shared.has(type)) head.push({ type, data });
  }
  const isWhole = frames.length === announced && frames.every(({ data }) => data.length > 0);
  if (!isWhole || announced === 0) throw new Error('Frames are missing.');
  return { ...size, loops, head, frames };
}

/** @throws RangeError or Error when the chunk is cut off or makes no sense */
function frameOf(data: Buffer, canvas: { width: number; height: number }, isFirst: boolean): Frame {
  const [width, height] = [data.readUInt32BE(4), data.readUInt32BE(8)];
  const [x, y] = [data.readUInt32BE(12), data.readUInt32BE(16)];
  const isInside = x + width <= canvas.width && y + height <= canvas.height;
  if (width === 0 || height === 0 || !isInside) throw new Error('A frame leaves the picture.');
  const [ticks, perSecond] = [data.readUInt16BE(20), data.readUInt16BE(22) || 100];
  const disposal = (['none', 'clear', 'restore'] as const)[data.readUInt8(24)] ?? 'none';
  return {
    width,
    height,
    x,
    y,
    delayMs: Math.round((ticks * 1000) / perSecond),
    disposal: isFirst && disposal === 'restore' ? 'clear' : disposal,
    isOver: data.readUInt8(25) === 1,
    data: [],
  };
}

function decodeFrame(head: readonly Chunk[], { width, height, data }: Frame): Promise<Buffer> {
  const parts = head.map(({ type, data: content }) => {
    if (type !== 'IHDR') return chunkOf(type, content);
    const own = Buffer.from(content);
    own.writeUInt32BE(width, 0);
    own.writeUInt32BE(height, 4);
    return chunkOf(type, own);
  });
  const end = chunkOf('IEND', Buffer.alloc(0));
  const png = Buffer.concat([signature, ...parts, chunkOf('IDAT', Buffer.concat(data)), end]);
  return sharp(png, { failOn: 'error' }).toColourspace('srgb').ensureAlpha().raw().toBuffer();
}

function draw(canvas: Buffer, canvasWidth: number, frame: Frame, pixels: Buffer): void {
  for (let row = 0; row < frame.height; row += 1) {
    const to = ((frame.y + row) * canvasWidth + frame.x) * 4;
    const from = row * frame.width * 4;
    if (frame.isOver) layOver(canvas, to, pixels.subarray(from, from + frame.width * 4));
    else pixels.copy(canvas, to, from, from + frame.width * 4);
  }
}

function layOver(canvas: Buffer, to: number, row: Buffer): void {
  for (let i = 0; i < row.length; i += 4) {
    const alpha = (row[i + 3] as number) / 255;
    if (alpha === 0) continue;
    const below = ((canvas[to + i + 3] as number) / 255) * (1 - alpha);
    const sum = alpha + below;
    for (let c = i; c < i + 3; c += 1) {
      canvas[to + c] = ((row[c] as number) * alpha + (canvas[to + c] as number) * below) / sum;
    }
    canvas[to + i + 3] = sum * 255;
  }
}

function clear(canvas: Buffer, canvasWidth: number, { x, y, width, height }: Frame): void {
  for (let row = y; row < y + height; row += 1) {
    canvas.fill(0, (row * canvasWidth + x) * 4, (row * canvasWidth + x + width) * 4);
  }
}

/** @throws Error when the file ends too early */
function* chunks(file: Buffer): Generator<Chunk> {
  for (let at = 8; at < file.length; ) {
    if (at + 12 > file.length) throw new Error('The file ends within a chunk.');
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (at + 12 + length > file.length) throw new Error('The file ends within a chunk.');
    yield { type, data: file.subarray(at + 8, at + 8 + length) };
    if (type === 'IEND') return;
    at += 12 + length;
  }
  throw new Error('The file has no end.');
}

function chunkOf(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
