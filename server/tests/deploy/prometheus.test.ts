import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesIn, scrape } from '../support/metrics.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, rootDir, startProgram, temporaryFolder } from '../support/process.ts';

const folder = join(rootDir, 'deploy/prometheus');
const promtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
const hasPromtool = promtool('--version').status === 0;
if (!hasPromtool) process.stderr.write('promtool is missing: alerts are not checked by it.\n');

type Panel = { title: string; type: string; targets?: Array<{ expr: string }> };

const alerts = readFileSync(join(folder, 'alerts.yml'), 'utf8');
const dashboard: { panels: Panel[] } = JSON.parse(
  readFileSync(join(rootDir, 'deploy/grafana/rookery.json'), 'utf8'),
);
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Every metric that a text mentions. */
const mentioned = (text: string) => [
  ...new Set(text.match(/\b(?:rookery|process|nodejs)_[a-z0-9_]+/g) ?? []),
];

describe('the alerts and the dashboard', () => {
  let exported: string[];

  beforeAll(async () => {
    const port = await freePort();
    const environment = { METRICS_PORT: String(port) };
    await startProgram({ dataDir: temporaryFolder(), environment });
    exported = namesIn((await scrape(port)).text);
  }, 60_000);

  afterAll(cleanUp);

  it('mention no metric that the program does not have', () => {
    const names = mentioned([alerts, ...queries].join('\n'));

    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !exported.includes(name))).toEqual([]);
  });

  it('show every metric of ours', () => {
    const shown = new Set(mentioned([alerts, ...queries, 'rookery_info'].join('\n')));
    const ours = exported.filter((name) => name.startsWith('rookery_'));
    const isShown = (name: string) =>
      shown.has(name) || ['_bucket', '_count'].some((part) => shown.has(`${name}${part}`));
    const bare = ours.filter((name) => !/_(bucket|sum|count)$/.test(name));

    expect(bare.filter((name) => !isShown(name))).toEqual(['rookery_memory_rows']);
  });

  it('have panels with a title and a query', () => {
    const charts = dashboard.panels.filter(({ type }) => type !== 'row');

    expect(charts.length).toBeGreaterThan(20);
    expect(charts.filter(({ title, targets }) => !title || !targets?.length)).toEqual([]);
    expect(new Set(charts.map(({ title }) => title)).size).toBe(charts.length);
  });

  it('have a test for each alert', () => {
    const names = [...alerts.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const tests = readFileSync(join(folder, 'alerts.test.yml'), 'utf8');

    expect(names.length).toBeGreaterThan(9);
    expect(names.filter((name) => !tests.includes(`${name} fires`))).toEqual([]);
    expect(names.filter((name) => !tests.includes(`${name} stays quiet`))).toEqual([]);
  });

  it.skipIf(!hasPromtool)('pass the checks and the tests of promtool', () => {
    const config = promtool('check', 'config', 'prometheus.yml');
    const tests = promtool('test', 'rules', 'alerts.test.yml');
    const rules = queries.map((expr, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$instance', '.*'),
    }));
    const file = join(temporaryFolder(), 'panels.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const panels = promtool('check', 'rules', file);

    expect(config.status, config.stderr).toBe(0);
    expect(tests.status, tests.stdout + tests.stderr).toBe(0);
    expect(panels.status, panels.stdout + panels.stderr).toBe(0);
  });
});
