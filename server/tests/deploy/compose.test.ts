import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { newEnvFile } from '../../src/app/new-env-file.ts';
import { cleanUp, rootDir, temporaryFolder } from '../support/process.ts';

const hasCompose = spawnSync('docker-compose', ['--version']).status === 0;
const reason = hasCompose ? '' : ' (skipped: docker-compose is not installed)';
const files = ['compose.yaml', 'compose.small.yaml'];

type Service = {
  image?: string;
  ports?: string[];
  cap_drop?: string[];
  read_only?: boolean;
  env_file?: string;
};

const servicesOf = (file: string): Record<string, Service> =>
  parse(readFileSync(join(rootDir, file), 'utf8'), { merge: true }).services;

describe.each(files)('%s', (file) => {
  const services = servicesOf(file);
  let folder: string;

  beforeAll(() => {
    folder = temporaryFolder();
    copyFileSync(join(rootDir, file), join(folder, file));
  });

  afterAll(cleanUp);

  const check = () =>
    spawnSync('docker-compose', ['-f', file, 'config', '-q'], { cwd: folder, encoding: 'utf8' });

  it.runIf(hasCompose)(`says “rookery init” where there is no .env${reason}`, () => {
    const { status, stderr } = check();

    expect(status).not.toBe(0);
    expect(stderr).toMatch(/rookery init|\.env/);
  });

  it.runIf(hasCompose)(`is complete with the .env of “rookery init”${reason}`, () => {
    writeFileSync(join(folder, '.env'), newEnvFile('https://photos.example.com'));
    const { status, stderr } = check();

    expect([status, stderr]).toEqual([0, '']);
  });

  it('has no password of its own', () => {
    const text = readFileSync(join(rootDir, file), 'utf8');
    const given = [...text.matchAll(/\w*(?:PASSWORD|PASS|SECRET_KEY)(?:: |=)(?!["']?\$)(\S+)/g)];

    expect(given.map(([all]) => all).filter((it) => !it.startsWith('MARIADB_RANDOM'))).toEqual([]);
  });

  it('names every image by a variable with a version', () => {
    const images = Object.values(services).map(({ image = '' }) => image);

    expect(images.filter((image) => !/^\$\{[A-Z]+_IMAGE:-[\w./-]+:[\w.-]+\}$/.test(image))).toEqual(
      [],
    );
  });

  it('gives our own containers and the proxy no rights', () => {
    const ours = Object.entries(services).filter(
      ([name, { env_file }]) => env_file !== undefined || ['nginx', 'caddy'].includes(name),
    );

    for (const [name, service] of ours) {
      expect([name, service.cap_drop, service.read_only]).toEqual([name, ['ALL'], true]);
    }
  });

  it('opens nothing to the world but the proxy', () => {
    const open = Object.entries(services).filter(([, { ports = [] }]) =>
      ports.some((port) => !port.startsWith('127.0.0.1:')),
    );

    expect(open.map(([name]) => name)).toEqual([file === 'compose.yaml' ? 'nginx' : 'caddy']);
  });
});
