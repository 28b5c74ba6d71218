import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rootDir } from '../support/process.ts';

type License = { license?: { id?: string; name?: string }; expression?: string };
type Component = { name: string; version: string; purl: string; licenses?: License[] };

const textOf = (name: string) => readFileSync(join(rootDir, name), 'utf8');

/** The list as `npm run sbom` prints it. */
function sbom(): { bomFormat: string; components: Component[] } {
  const { stdout, stderr, status } = spawnSync('npm', ['run', '--silent', 'sbom'], {
    cwd: rootDir,
    encoding: 'utf8',
    maxBuffer: 50_000_000,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const licensesOf = ({ licenses = [] }: Component) =>
  licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '');

describe('the list of what the server consists of', () => {
  let components: Component[];

  beforeAll(() => {
    const list = sbom();
    expect(list.bomFormat).toBe('CycloneDX');
    components = list.components;
  }, 120_000);

  it('has each package that the server depends on, in its version', () => {
    const { dependencies } = JSON.parse(textOf('server/package.json')) as {
      dependencies: Record<string, string>;
    };
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const wanted = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);

    expect(wanted.length).toBeGreaterThan(30);
    expect(wanted.filter((each) => !listed.has(each))).toEqual([]);
  });

  it('has no package that is only for development', () => {
    const { devDependencies } = JSON.parse(textOf('package.json')) as { devDependencies: object };
    const names = new Set(components.map(({ name }) => name));

    expect(['vitest', 'knip', 'typescript'].filter((name) => name in devDependencies)).toHaveLength(
      3,
    );
    expect(['vitest', 'knip', 'typescript'].filter((name) => names.has(name))).toEqual([]);
  });

  it('has a license for each package, and none is of the GPL or the AGPL', () => {
    const without = components.filter((each) => licensesOf(each).join('') === '');
    const bound = components.filter((each) => /(^|[^L])A?GPL/.test(licensesOf(each).join(' ')));

    expect(without.map(({ purl }) => purl)).toEqual([]);
    expect(bound.map(({ purl }) => purl)).toEqual([]);
  });

  it('is in the image', () => {
    expect(textOf('Dockerfile')).toMatch(/npm run --silent sbom >sbom\.cdx\.json/);
    expect(textOf('Dockerfile')).toMatch(/^COPY --from=packages \/app\/sbom\.cdx\.json/m);
  });
});
