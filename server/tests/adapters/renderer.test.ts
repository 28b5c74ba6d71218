import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApart } from '../../src/adapters/images/renderer.ts';
import { sharpImages } from '../../src/adapters/images/sharp.ts';
import { noise } from '../support/pictures.ts';

const images = sharpImages({ concurrency: 2, maxPixels: 20_000_000 });
const inBackground = { accountId: 1, isAwaited: false };

const order = { keepsFormat: false, limits: { concurrency: 2, maxPixels: 20_000_000 } };

describe('sizes that nobody waits for', () => {
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-renderer-'));
    path = join(folder, 'photo');
    await writeFile(path, await noise(800, 600).jpeg().toBuffer());
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are those that somebody waits for, in a process with a lower priority', async () => {
    const awaited = await images.makeVariants(path, { accountId: 1 });

    const made = await images.makeVariants(path, inBackground);
    const [renderer = 0, ...others] = renderers();

    expect(made.blurhash).toBe(awaited.blurhash);
    expect(made.variants.map(({ size, bytes }) => [size, Buffer.from(bytes)])).toEqual(
      awaited.variants.map(({ size, bytes }) => [size, bytes]),
    );
    expect(others).toEqual([]);
    expect(getPriority(renderer)).toBeGreaterThan(getPriority());
  });

  it('are refused for a broken picture, as awaited ones are', async () => {
    const broken = join(folder, 'broken');
    await writeFile(broken, Buffer.from('\x89PNG\r\n\x1a\n and no more', 'latin1'));

    const making = images.makeVariants(broken, inBackground);

    await expect(making).rejects.toMatchObject({ name: 'DomainError', code: 'invalid' });
  });

  it('fail when their process ends, which is no fault of the picture; the next ones get a new one', async () => {
    await images.makeVariants(path, inBackground);
    const before = renderers();
    const making = images.makeVariants(path, inBackground);
    for (const pid of before) process.kill(pid, 'SIGKILL');

    await expect(making).rejects.toThrow('The process that makes sizes has ended.');
    const { variants } = await images.makeVariants(path, inBackground);

    expect(variants).toHaveLength(4);
    expect(renderers()).not.toEqual(before);
  });

  it('fail when their process hangs, and hold up no others', async () => {
    await makeApart({ picture: path, ...order });
    for (const pid of renderers()) process.kill(pid, 'SIGSTOP');
    const making = makeApart({ picture: path, ...order }, { limitMs: 300 });

    await expect(making).rejects.toThrow('The process that makes sizes has ended.');
    expect((await makeApart({ picture: path, ...order })).variants).toHaveLength(4);
  });
});

/** Processes of this one that make sizes. */
function renderers(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,ppid=,args=', '-A'], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines
    .filter((line) => line.includes('renderer.ts') && line.includes(` ${process.pid} `))
    .map((line) => Number.parseInt(line, 10));
}
