import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diskArchive } from '../../src/adapters/archives/disk.ts';
import {
  fileOf,
  type Manifest,
  poolName,
  readManifest,
  writeManifest,
} from '../../src/backup/manifest.ts';
import { RowSum } from '../../src/backup/row-lines.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import type { Archive, BlobStore } from '../../src/domain/ports.ts';
import {
  backUp,
  bare,
  cleanUpSamples,
  filled,
  isThorough,
  newArchive,
  newBlobs,
  restore,
  slow,
  steps,
} from './samples.ts';

const passphrase = 'carla sees colours at dusk';
const keys = { material: { SECRET_KEY: 'the key of the server' }, passphrase };

type Made = { archive: Archive; manifest: Manifest; source: { url: string; blobs: BlobStore } };

let made: Made;

/** Made once: each test damages a copy. */
let whole: Made;
const folder = mkdtempSync(join(tmpdir(), 'rookery-whole-'));

async function makeBackup(): Promise<Made> {
  const [source, archive] = [await filled('sqlite'), diskArchive(folder)];
  const { manifest } = await backUp({ ...source, archive }, { keys });
  return { archive, manifest, source };
}

async function copyBackup(): Promise<Made> {
  const archive = newArchive();
  cpSync(folder, archive.place, { recursive: true });
  return { ...whole, archive, manifest: await readManifest(archive, whole.manifest.id) };
}

/** Path of a file in the folder of backups. */
function path(name: string): string {
  return join(made.archive.place, name);
}

function tablePath(table: string): string {
  return path(tableOf(table).file.name);
}

function tableOf(name: string) {
  return made.manifest.tables.find((table) => table.name === name)!;
}

const manifestPath = () => path(fileOf(made.manifest.id, 'manifest.json'));
const objectPath = () =>
  path(poolName(createHash('sha256').update(`small ${key()}`).digest('hex')));
const key = () => (10_000).toString(16).padStart(32, 'a');

function flip(file: string, at?: number): void {
  const bytes = readFileSync(file);
  const place = at ?? Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** Changes the lines of a table. What is `honest` in the manifest then: the file's digest, or the rows' checksum, too. */
async function rewrite(
  table: string,
  change: (lines: string[]) => string[],
  honest: 'nothing' | 'file' | 'all',
): Promise<void> {
  const file = tablePath(table);
  const lines = change(gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n'));
  const bytes = gzipSync(lines.map((line) => `${line}\n`).join(''));
  writeFileSync(file, bytes);
  if (honest === 'nothing') return;
  const saved = tableOf(table);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  Object.assign(saved.file, { bytes: bytes.length, sha256 });
  if (honest === 'all') {
    const sum = new RowSum();
    for (const line of lines) sum.add(line);
    Object.assign(saved, { rows: sum.rows, checksum: sum.checksum });
  }
  await writeManifest(made.archive, made.manifest);
}

const rename = ([first = '', ...rest]: string[]) => [first.replace('11', '19'), ...rest];

/** What happens to a backup, and what `verify` says of it. */
const damages: ReadonlyArray<readonly [string, () => unknown, RegExp]> = [
  ['a bit of a table', () => flip(tablePath('posts')), /tables\/posts\.ndjson\.gz is damaged/],
  [
    'the end of a table',
    () => truncateSync(tablePath('posts'), 60),
    /posts\.ndjson\.gz is damaged/,
  ],
  ['a table', () => rmSync(tablePath('likes')), /likes\.ndjson\.gz is missing/],
  ['an empty table', () => writeFileSync(tablePath('likes'), ''), /likes\.ndjson\.gz is damaged/],
  ['a row', () => rewrite('posts', rename, 'nothing'), /posts\.ndjson\.gz is damaged/],
  ['a row and the digest', () => rewrite('likes', swapFlag, 'file'), /rows of likes differ/],
  [
    'a row that is gone',
    () => rewrite('likes', (lines) => lines.slice(1), 'file'),
    /likes has 2 rows/,
  ],
  ['a row twice', () => rewrite('likes', ([a = '', ...rest]) => [a, a, ...rest], 'all'), /UNIQUE/],
  ['a parent', () => rewrite('posts', (lines) => lines.slice(1), 'all'), /FOREIGN KEY/],
  [
    'the type of a value',
    () => rewrite('posts', quoted, 'all'),
    /posts\.id has a value that is no/,
  ],
  [
    'the columns',
    () => rewrite('likes', ([a = '']) => [a.replace('[', '[1,')], 'all'),
    /is no row/,
  ],
  ['a bit of the manifest', () => flip(manifestPath()), /manifest of .* is damaged/],
  ['the end of the manifest', () => truncateSync(manifestPath(), 900), /manifest of .* is damaged/],
  ['a number in the manifest', changeManifest, /manifest of .* is damaged/],
  ['a bit of a picture', () => flip(objectPath()), /variants\/a.*small: objects\/.* is damaged/],
  ['the end of a picture', () => truncateSync(objectPath(), 3), /small: objects\/.* is damaged/],
  ['a picture', () => rmSync(objectPath()), /small: objects\/.* is missing/],
  [
    'the list of pictures',
    () => flip(path(made.manifest.objects.list.name)),
    /objects\.ndjson\.gz is dam/,
  ],
  [
    'no list of pictures',
    () => rmSync(path(made.manifest.objects.list.name)),
    /objects\.ndjson\.gz is mis/,
  ],
  ['a bit of the keys', () => flip(path(made.manifest.keys!.name)), /keys\.json is damaged/],
  ['the keys', () => rmSync(path(made.manifest.keys!.name)), /keys\.json is missing/],
];

function swapFlag([first = '', ...rest]: string[]): string[] {
  return [first.replace(/,1]$|,0]$/, (end) => (end === ',1]' ? ',0]' : ',1]')), ...rest];
}

function quoted([first = '', ...rest]: string[]): string[] {
  return [first.replace(/^\[(\d+)/, '["$1"'), ...rest];
}

function changeManifest(): void {
  const text = readFileSync(manifestPath(), 'utf8');
  writeFileSync(manifestPath(), text.replace('"rows": 3', '"rows": 4'));
}

describe('damage to a backup', () => {
  beforeAll(async () => {
    whole = await makeBackup();
  }, 60_000);

  beforeEach(async () => {
    made = await copyBackup();
  });

  afterAll(() => {
    cleanUpSamples();
    rmSync(folder, { recursive: true });
  });

  it.each(isThorough ? damages : damages.filter((_, i) => i % 4 === 1))(
    'is found: %s',
    slow,
    async (_name, damage, expected) => {
      await damage();

      const { problems } = await verify();

      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join('\n')).toMatch(expected);
    },
  );

  it('is not seen where there is none', slow, async () => {
    expect(await verify()).toMatchObject({ problems: [], keys: 'opened', objects: 9 });
  });

  it('does not keep the next backup from being whole', slow, async () => {
    rmSync(objectPath());
    flip(path(made.manifest.objects.list.name));

    const { manifest } = await backUp({ ...made.source, archive: made.archive }, { keys });

    expect((await verify({ id: manifest.id })).problems).toEqual([]);
  });

  it('keeps a restore from switching, unless it is to be partial', slow, async () => {
    rmSync(objectPath());
    const target = { archive: made.archive, url: await bare('sqlite'), blobs: newBlobs() };
    const { id } = made.manifest;
    const refused = restore(target, id, { passphrase });

    await expect(refused).rejects.toThrow(/1 pictures of the backup are damaged.*--partial/);
    const { objects } = await restore(target, id, { passphrase, isPartial: true });
    expect(objects).toMatchObject({
      written: 0,
      present: 8,
      problems: [expect.stringContaining('is missing')],
    });
  });

  it('is not what a wrong passphrase is called', slow, async () => {
    const wrong = 'bob walks at dusk';
    const target = { archive: made.archive, url: await bare('sqlite'), blobs: newBlobs() };

    const { problems } = await verify({ passphrase: wrong });

    expect(problems).toEqual([expect.stringContaining('The passphrase is not the one')]);
    await expect(restore(target, made.manifest.id, { passphrase: wrong })).rejects.toThrow(
      'The passphrase is not the one',
    );
    await expect(restore(target, made.manifest.id)).rejects.toThrow('Set BACKUP_PASSPHRASE');
    const { keys } = await restore(target, made.manifest.id, { passphrase });
    expect(keys).toEqual({ SECRET_KEY: 'the key of the server' });
  });
});

function verify(more: { id?: string; passphrase?: string } = {}) {
  const { archive, manifest } = made;
  const needs = { archive, id: manifest.id, passphrase, steps, onProgress: () => {} };
  return verifyBackup({ ...needs, ...more });
}
