import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootDir } from '../support/process.ts';

const textOf = (name: string) => readFileSync(join(rootDir, name), 'utf8');

describe('the Dockerfile', () => {
  const dockerfile = textOf('Dockerfile');

  it('copies only what the builder is sent, and what is there', () => {
    const sent = [...textOf('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, paths = '']) => paths.split(' '),
    );

    expect(new Set(copied)).toEqual(new Set(sent));
    expect(copied.filter((path) => !existsSync(join(rootDir, path)))).toEqual([]);
  });

  it('runs as an ordinary user, whose only folder is /data', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/DATA_DIR=\/data/);
    expect(dockerfile).toMatch(/^VOLUME \/data$/m);
  });

  it('asks /readyz how the server is', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*\/readyz/m);
  });

  it('names no processor', () => {
    expect(dockerfile).not.toMatch(/--platform|x64|x86_64|aarch64/);
  });
});

describe.each(['server', 'client'])('the package of the %s', (name) => {
  const { files, scripts } = JSON.parse(textOf(`${name}/package.json`));

  it('is built when it is packed, and contains what was built alone', () => {
    expect(scripts.prepack).toBe('npm run build');
    expect(files).toEqual(['dist']);
  });

  it('comes with the license', () => {
    expect(textOf(`${name}/LICENSE`)).toBe(textOf('LICENSE'));
  });
});
