import { readFileSync } from 'node:fs';

/** Files of the HEIF container around coded tiles of 64 × 64 pixels: red, green, blue, white. */

type Coded = { config: Buffer; data: Buffer };

export type HeicParts = {
  /** How many tiles stand beside each other; the rest goes into further rows. */
  columns: number;
  tiles: readonly Coded[];
  /** Quarter turns against the clock (`irot`). */
  turns?: number;
  /** `imir`: 0 swaps top and bottom, 1 left and right. */
  mirror?: 0 | 1;
  /** In EXIF, where readers of HEIF must not look for it. */
  exifOrientation?: number;
  /** What the file claims in place of the size of its tiles together. */
  claims?: { width: number; height: number };
};

const side = 64;

export function picture(name: string): Buffer {
  return readFileSync(new URL(`pictures/${name}`, import.meta.url));
}

/** The four tiles. */
export function codedTiles(): Coded[] {
  const file = picture('tiles.heic');
  const configs: Buffer[] = [];
  for (let at = file.indexOf('hvcC'); at > 0; at = file.indexOf('hvcC', at + 4)) {
    configs.push(file.subarray(at - 4, at - 4 + file.readUInt32BE(at - 4)));
  }
  const items = file.indexOf('iloc') + 12;
  return configs.map((config, i) => {
    const entry = items + i * 18;
    const offset = file.readUInt32BE(entry + 10) + file.readUInt32BE(entry + 4);
    return { config, data: file.subarray(offset, offset + file.readUInt32BE(entry + 14)) };
  });
}

/** A grid of tiles, as phones write it; item 1 is the whole, the others are its tiles. */
export function heicOf(parts: HeicParts): Buffer {
  const { columns, tiles, turns, mirror, exifOrientation, claims } = parts;
  const rows = tiles.length / columns;
  const size = claims ?? { width: columns * side, height: rows * side };
  const grid = Buffer.concat([
    Buffer.from([0, 1, rows - 1, columns - 1]),
    u32(size.width, size.height),
  ]);
  const exif = exifOrientation === undefined ? [] : [exifOf(exifOrientation)];
  const contents = [grid, ...tiles.map(({ data }) => data), ...exif];
  const types = ['grid', ...tiles.map(() => 'hvc1'), ...exif.map(() => 'Exif')];
  const own = [
    full('ispe', u32(size.width, size.height)),
    ...(turns === undefined ? [] : [box('irot', Buffer.from([turns]))]),
    ...(mirror === undefined ? [] : [box('imir', Buffer.from([mirror]))]),
  ];
  const configs = [
    ...new Map(tiles.map(({ config }) => [config.toString('hex'), config])).values(),
  ];
  const configOf = (config: Buffer) => configs.findIndex((one) => one.equals(config));
  const properties = [...own, full('ispe', u32(side, side)), ...configs];
  const associations = [
    // The first byte says how many; a mark before the number says that it must be understood.
    Buffer.from([0, 1, own.length, ...own.map((_, i) => (i === 0 ? 1 : 0x80) | (i + 1))]),
    ...tiles.map(({ config }, i) =>
      Buffer.concat([
        u16(2 + i),
        Buffer.from([2, own.length + 1, 0x80 | (own.length + 2 + configOf(config))]),
      ]),
    ),
  ];
  const references = [
    box('dimg', Buffer.concat([u16(1, tiles.length), u16(...tiles.map((_, i) => 2 + i))])),
    ...exif.map(() => box('cdsc', u16(contents.length, 1, 1))),
  ];
  const meta = (offset: number) =>
    full(
      'meta',
      full('hdlr', u32(0), Buffer.from('pict'), Buffer.alloc(13)),
      full('pitm', u16(1)),
      locations(contents, offset),
      full('iinf', u16(types.length), ...types.map((type, i) => itemOf(i + 1, type))),
      full('iref', ...references),
      box(
        'iprp',
        box('ipco', ...properties),
        full('ipma', u32(associations.length), ...associations),
      ),
    );
  const brands = box('ftyp', Buffer.from('heic'), u32(0), Buffer.from('mif1heic'));
  const start = brands.length + meta(0).length + 8;
  return Buffer.concat([brands, meta(start), box('mdat', ...contents)]);
}

function locations(contents: readonly Buffer[], start: number): Buffer {
  let offset = start;
  const entries = contents.map((content, i) => {
    const entry = Buffer.concat([u16(i + 1, 0, 1), u32(offset, content.length)]);
    offset += content.length;
    return entry;
  });
  return full('iloc', Buffer.from([0x44, 0]), u16(entries.length), ...entries);
}

function itemOf(id: number, type: string): Buffer {
  return box('infe', Buffer.from([2, 0, 0, 0]), u16(id, 0), Buffer.from(`${type}\0`));
}

function exifOf(orientation: number): Buffer {
  const tiff = Buffer.concat([
    Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0', 'latin1'),
    Buffer.from([orientation, 0, 0, 0, 0, 0, 0]),
  ]);
  return Buffer.concat([u32(6), Buffer.from('Exif\0\0'), tiff]);
}

function full(type: string, ...content: Buffer[]): Buffer {
  return box(type, Buffer.alloc(4), ...content);
}

function box(type: string, ...content: Buffer[]): Buffer {
  const all = Buffer.concat(content);
  return Buffer.concat([u32(all.length + 8), Buffer.from(type), all]);
}

function u16(...numbers: number[]): Buffer {
  return Buffer.concat(numbers.map((n) => Buffer.from([n >> 8, n & 255])));
}

function u32(...numbers: number[]): Buffer {
  return Buffer.concat(
    numbers.map((n) => Buffer.from([n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255])),
  );
}
