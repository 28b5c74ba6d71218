import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleInto } from '../../scripts/bundle.ts';
import { cleanUp, rootDir, runFile, temporaryFolder } from '../support/process.ts';

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find(isOld);
const remembered = join(rootDir, 'node_modules/.cache/rookery-node');

describe('the launcher', () => {
  afterEach(cleanUp);

  it('runs on the Node of the system when it is new enough', async () => {
    const bin = binWith(process.execPath);

    const { code, stdout, stderr } = await runFile([launcher, '--version'], { PATH: bin });

    expect([code, stdout, stderr]).toEqual([0, '0.1.0\n', '']);
  });

  it.runIf(oldNode && existsSync(remembered))(
    'runs on the Node that it fetched when that of the system is too old',
    async () => {
      const bin = binWith(oldNode ?? '');

      const { code, stdout, stderr } = await runFile([launcher, '--version'], { PATH: bin });

      expect([code, stdout, stderr]).toEqual([0, '0.1.0\n', '']);
    },
  );

  it('says what to do where there is no Node and none can be fetched', async () => {
    const folder = copyOfLauncher();
    const bin = binWith(script(folder, 'echo v20.0.0; exit 1'));
    writeFileSync(join(bin, 'npx'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });

    const { code, stderr } = await runFile([join(folder, 'rookery'), 'start'], { PATH: bin });

    expect(code).toBe(1);
    expect(stderr).toContain('Rookery needs Node 22.18 or newer');
    expect(stderr).toContain('Install Node 22.18 or newer, then try again.');
  });

  it('says npm ci where the packages are not installed', async () => {
    const folder = copyOfLauncher();
    const bin = binWith(process.execPath);

    const { code, stderr } = await runFile([join(folder, 'rookery'), 'start'], { PATH: bin });

    expect([code, stderr]).toEqual([1, 'rookery: the packages are not installed. Run: npm ci\n']);
  });
});

describe('the launcher of a bundle', () => {
  afterEach(cleanUp);

  it('runs it until a file of the source, or the list of packages, is newer', async () => {
    const folder = copyOfLauncher();
    const [source, bundle] = [join(folder, 'server/src'), join(folder, 'server/dist')];
    for (const made of [join(source, 'db'), bundle, join(folder, 'node_modules')]) {
      mkdirSync(made, { recursive: true });
    }
    writeFileSync(join(source, 'main.ts'), "console.log('source')");
    writeFileSync(join(source, 'db/database.ts'), '');
    writeFileSync(join(bundle, 'main.js'), "console.log('bundle')");
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    const ran = async () => (await runFile([join(folder, 'rookery')], {})).stdout.trim();
    const date = (path: string, day: number) => utimesSync(join(folder, path), day, day);
    const paths = ['server/src/db/database.ts', 'server/src/main.ts', 'package-lock.json'];
    for (const path of [...paths, 'server/src/db', 'server/src']) date(path, 1000);

    date('server/dist/main.js', 2000);
    expect(await ran()).toBe('bundle');
    for (const path of [...paths, 'server/src/db']) {
      date(path, 3000);
      expect([path, await ran()]).toEqual([path, 'source']);
      date(path, 1000);
    }
  });
});

describe('the built program', () => {
  afterEach(cleanUp);

  it.runIf(oldNode)('says what to do on a Node that is too old', { timeout: 60_000 }, async () => {
    const dist = join(temporaryFolder(), 'dist');
    await bundleInto(dist, 'moving');
    writeFileSync(join(dist, 'package.json'), '{ "type": "module" }');

    const { code, stderr } = await runFile([oldNode ?? '', join(dist, 'main.js'), 'start'], {});

    expect(code).toBe(1);
    expect(stderr).toMatch(/^rookery: this is Node \S+; Rookery needs 22\.18 or newer\.\n/);
    expect(stderr).toContain('./rookery');
    expect(stderr).not.toContain('    at ');
  });
});

const launcher = join(rootDir, 'rookery');

/** A PATH with this node and the tools of the system that the launcher uses, and no other node. */
function binWith(node: string): string {
  const bin = temporaryFolder();
  symlinkSync(node, join(bin, 'node'));
  for (const tool of ['sh', 'cat', 'dirname', 'mkdir', 'find', 'head'])
    symlinkSync(`/bin/${tool}`, join(bin, tool));
  return bin;
}

function copyOfLauncher(): string {
  const folder = temporaryFolder();
  copyFileSync(launcher, join(folder, 'rookery'));
  chmodSync(join(folder, 'rookery'), 0o755);
  return folder;
}

function script(folder: string, text: string): string {
  mkdirSync(join(folder, 'tools'));
  const path = join(folder, 'tools/node');
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

function isOld(path: string): boolean {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) < 22;
}
