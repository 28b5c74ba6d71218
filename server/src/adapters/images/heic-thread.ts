import { createRequire } from 'node:module';
import { parentPort, Worker, workerData } from 'node:worker_threads';

type Order = {
  file: Uint8Array;
  maxPixels: number;
  maxMemoryBytes: number;
  timeoutMs: number;
  /** Whether the pixels are wanted, or only whether they can be had: copying them takes a third more memory. */
  isCheck: boolean;
};

/** Upright pixels of 8 bits: red, green, blue, and for four channels alpha. */
export type Pixels = { width: number; height: number; channels: 3 | 4; data: Uint8Array };

/** Tells what this file is to do where it is the first of a thread. */
const mark = 'rookery: decode a HEIC picture';

/**
 * Decodes a picture in a thread of its own, which ends with it: its memory is given back whole, and a decoder that runs
 * out of it, crashes or never ends takes nothing else along.
 * @throws Error that says what went wrong; the file is broken then, or a bomb
 */
export function decodeHeic(order: Order): Promise<Pixels> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: { mark, order },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
      // What the decoder prints about broken files is for nobody.
      stdout: true,
      stderr: true,
    });
    const onExit = () => settle(() => reject(new Error('The decoder ended by itself.')));
    const timer = setTimeout(() => {
      settle(() => reject(new Error(`The decoder took longer than ${order.timeoutMs} ms.`)));
    }, order.timeoutMs);
    /** Tells when the thread's memory is free again. */
    function settle(tell: () => void): void {
      clearTimeout(timer);
      thread.removeListener('exit', onExit);
      thread.terminate().then(tell, tell);
    }
    thread.once('message', (answer: Pixels | { problem: string }) =>
      settle(() => ('problem' in answer ? reject(new Error(answer.problem)) : resolve(answer))),
    );
    thread.once('error', (error) => settle(() => reject(error)));
    thread.once('exit', onExit);
  });
}

/** What is used of libheif's C interface, as its build for JavaScript exports it. */
type Libheif = {
  heif_context_alloc(): object;
  heif_context_read_from_memory(context: object, file: Uint8Array): Status;
  heif_js_context_get_primary_image_handle(context: object): Handle | Status;
  heif_image_handle_get_width(handle: Handle): number;
  heif_image_handle_get_height(handle: Handle): number;
  heif_image_handle_has_alpha_channel(handle: Handle): number;
  heif_js_decode_image2(handle: Handle, space: unknown, chroma: unknown): Decoded | Status;
  heif_error_code: { heif_error_Ok: unknown };
  heif_colorspace: { heif_colorspace_RGB: unknown };
  heif_chroma: { heif_chroma_interleaved_RGB: unknown; heif_chroma_interleaved_RGBA: unknown };
  heif_channel: { heif_channel_interleaved: unknown };
};
type Handle = { handle: never };
type Status = { code: unknown; message?: string };
type Decoded = {
  channels: Array<{
    id: unknown;
    width: number;
    height: number;
    stride: number;
    data: Uint8Array;
  }>;
};

/** The primary image, turned and mirrored as the file says; libheif puts the tiles of a grid together. */
function decode({ file, maxPixels, maxMemoryBytes, isCheck }: Order): Pixels {
  limitMemory(maxMemoryBytes);
  const require = createRequire(import.meta.url);
  const lib = require('libheif-js/wasm-bundle') as Libheif;
  const context = lib.heif_context_alloc();
  const read = lib.heif_context_read_from_memory(context, file);
  if (read.code !== lib.heif_error_code.heif_error_Ok) throw new Error(read.message);
  const handle = lib.heif_js_context_get_primary_image_handle(context);
  if ('code' in handle) throw new Error(handle.message);
  const width = lib.heif_image_handle_get_width(handle);
  const height = lib.heif_image_handle_get_height(handle);
  if (width * height > maxPixels) throw new Error('It has too many pixels.');
  const channels = lib.heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const { heif_chroma_interleaved_RGB: rgb, heif_chroma_interleaved_RGBA: rgba } = lib.heif_chroma;
  const decoded = lib.heif_js_decode_image2(
    handle,
    lib.heif_colorspace.heif_colorspace_RGB,
    channels === 4 ? rgba : rgb,
  );
  if ('code' in decoded) throw new Error(decoded.message);
  const plane = decoded.channels.find(({ id }) => id === lib.heif_channel.heif_channel_interleaved);
  if (!plane) throw new Error('The decoder gave no pixels.');
  const { width: columns, height: rows } = plane;
  if (isCheck) return { width: columns, height: rows, channels, data: new Uint8Array() };
  const rowBytes = columns * channels;
  const data = new Uint8Array(rowBytes * rows);
  for (let y = 0; y < rows; y += 1) {
    const from = y * plane.stride;
    data.set(plane.data.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { width: columns, height: rows, channels, data };
}

type WasmMemory = { buffer: ArrayBuffer; grow: (this: WasmMemory, pages: number) => number };

/**
 * Bounds what the decoder may take. The limits of a thread leave WebAssembly out; its memory grows through this function,
 * which belongs to this thread alone.
 */
function limitMemory(maxBytes: number): void {
  const pageBytes = 65_536;
  const wasm = Reflect.get(globalThis, 'WebAssembly') as { Memory: { prototype: WasmMemory } };
  const { prototype } = wasm.Memory;
  const { grow } = prototype;
  prototype.grow = function growWithin(pages) {
    if (this.buffer.byteLength + pages * pageBytes > maxBytes) throw new RangeError('No room.');
    return grow.call(this, pages);
  };
}

const given = workerData as { mark?: unknown; order: Order } | null;
if (given?.mark === mark) {
  try {
    const pixels = decode(given.order);
    parentPort?.postMessage(pixels, [pixels.data.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ problem: String(error) }, []);
  }
}
