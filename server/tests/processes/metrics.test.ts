import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { appendToOutbox } from '../../src/db/outbox.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { aPhoto } from '../support/given.ts';
import { type Metrics, scrape } from '../support/metrics.ts';
import { freePort } from '../support/ports.ts';
import {
  cleanUp,
  type Program,
  runCommand,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';
import { type Running, run } from '../support/processes.ts';

const slow = { timeout: 180_000 };
const soon = { timeout: 60_000, interval: 200 };
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const hasPostgres = await isReached(servers.postgres);
if (!hasPromtool) process.stderr.write('promtool is missing: metrics are not checked by it.\n');

const alice = { username: 'alice', password: 'alice-likes-dunes' };

describe('the metrics of a server', () => {
  afterEach(cleanUp);

  async function aServer(environment: Record<string, string> = {}) {
    const port = await freePort();
    const dataDir = temporaryFolder();
    const settings = { METRICS_PORT: String(port), ...environment };
    const server = await startProgram({ dataDir, environment: settings });
    return { server, port, dataDir };
  }

  async function signIn(server: Program): Promise<string> {
    await server.send('POST', '/v2/accounts', { body: alice });
    const body = { login: alice.username, password: alice.password };
    return (await server.send('POST', '/v2/sessions', { body })).body.accessToken;
  }

  it('count requests, people and what they do, in a form that promtool accepts', slow, async () => {
    const { server, port } = await aServer();
    const token = await signIn(server);
    await server.send('POST', '/v2/sessions', { body: { login: 'alice', password: 'no' } });
    const form = new FormData();
    form.append('file', new Blob([await aPhoto()], { type: 'image/jpeg' }), 'a.jpg');
    const { body: media } = await server.send('POST', '/v2/media', { token, body: form });
    const post = { text: 'Hello.', mediaIds: [media.id], state: 'published' };
    await server.send('POST', '/v2/posts', { token, body: post });
    for (const id of [1, 2, 3]) await server.send('GET', `/v2/posts/${id}`);
    await server.send('GET', '/nothing');
    await server.send('GET', '/compat/hmlet/nothing');

    const { metrics, text } = await vi.waitFor(async () => {
      const seen = await scrape(port);
      const done = 'rookery_job_duration_seconds_count{subscriber="make-variants",outcome="done"}';
      expect(seen.metrics.get(done)).toBe(1);
      return seen;
    }, soon);
    const requests = (contract: string, route: string, method: string, status: number) =>
      metrics.get(
        `rookery_http_requests_total{contract="${contract}",route="${route}",method="${method}",status="${status}"}`,
      );

    expect(requests('v2', '/v2/posts/:id', 'GET', 404)).toBe(2);
    expect(requests('v2', '/v2/posts/:id', 'GET', 200)).toBe(1);
    expect(requests('v2', '/v2/sessions', 'POST', 401)).toBe(1);
    expect(requests('none', 'none', 'GET', 404)).toBe(1);
    expect(requests('hmlet', 'none', 'GET', 404)).toBe(1);
    expect(Object.fromEntries(metrics)).toMatchObject({
      'rookery_http_request_duration_seconds_count{contract="v2",route="/v2/posts/:id",method="GET"}': 3,
      rookery_http_requests_in_flight: 0,
      rookery_sign_ups_total: 1,
      'rookery_logins_total{outcome="ok"}': 1,
      'rookery_logins_total{outcome="refused"}': 1,
      rookery_posts_published_total: 1,
      'rookery_uploads_total{purpose="post"}': 1,
      'rookery_pool_tasks{pool="passwords",state="waiting"}': 0,
      'rookery_pool_tasks{pool="image-checks",state="running"}': 0,
      'rookery_memory_lookups_total{memory="posts",outcome="miss"}': expect.any(Number),
      'rookery_sql_connections{state="waiting"}': 0,
      rookery_event_streams: 0,
      rookery_database_up: 1,
      process_resident_memory_bytes: expect.any(Number),
      nodejs_eventloop_lag_p99_seconds: expect.any(Number),
    });
    if (hasPromtool) {
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: text });
      expect(String(checked.stdout) + String(checked.stderr)).toBe('');
    }
  });

  it('show what waits, dead letters, and a mail server that is away', slow, async () => {
    const environment = { SMTP_URL: `smtp://127.0.0.1:${await freePort()}` };
    const { server, port, dataDir } = await aServer(environment);
    const body = { ...alice, email: 'alice@example.com' };
    await server.send('POST', '/v2/accounts', { body });
    const database = openDatabase(`sqlite:${join(dataDir, 'rookery.sqlite')}`);
    const at = new Date(Date.now() - 60_000).toISOString();
    const repeat = { subscriber: 'mail', eventId: 7, attempts: 12, error: 'no', isLast: true };
    await database.transaction((tx) =>
      appendToOutbox(tx, { topic: 'moon.risen', payload: {}, dueAt: at, createdAt: at, repeat }),
    );
    await database.close();

    // Each is true a moment after the other.
    await vi.waitFor(async () => {
      const { metrics } = await scrape(port);
      const retried = 'subscriber="mail-verification",outcome="retried"';
      expect(metrics.get('rookery_dead_letters{topic="moon.risen"}')).toBe(1);
      expect(metrics.get('rookery_outages_total{machine="mail"}')).toBeGreaterThan(0);
      expect(metrics.get('rookery_outbox_events{topic="verification.issued"}')).toBe(1);
      expect(metrics.get('rookery_breaker_open{machine="mail"}')).toBe(0);
      expect(metrics.get(`rookery_job_duration_seconds_count{${retried}}`)).toBeGreaterThan(0);
    }, soon);
  });

  it('count live connections, and clients that leave', slow, async () => {
    const { server, port } = await aServer();
    const token = await signIn(server);
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${token}` };
    await fetch(`${server.url}/v2/events`, { headers, signal: leave.signal });
    const open = (await scrape(port)).metrics;
    leave.abort();

    expect(open.get('rookery_event_streams')).toBe(1);
    expect(open.get('rookery_http_requests_in_flight')).toBe(1);
    await vi.waitFor(async () => {
      const { metrics } = await scrape(port);
      expect(metrics.get('rookery_event_streams')).toBe(0);
      expect(metrics.get('rookery_http_requests_aborted_total')).toBe(1);
    }, soon);
  });

  it('are nowhere else, and the start says when their port is taken', slow, async () => {
    const { server, port } = await aServer();
    const onPublicPort = await server.send('GET', '/metrics');
    const elsewhere = await fetch(`http://127.0.0.1:${port}/`);
    const dataDir = temporaryFolder();
    const environment = { DATA_DIR: dataDir, METRICS_PORT: String(port), PORT: '0' };
    const second = await runCommand(['start'], { environment });
    const equal = await runCommand(['start'], {
      environment: { ...environment, PORT: '4000', METRICS_PORT: '4000' },
    });

    expect([onPublicPort.status, elsewhere.status]).toEqual([404, 404]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`METRICS_PORT=${port} of 127.0.0.1 cannot be had`);
    expect(equal.stderr).toContain('METRICS_PORT is PORT');
  });
});

describe.skipIf(!hasPostgres)('the metrics of several processes', () => {
  let test: TestDatabase;
  let running: Running[] = [];

  afterEach(async () => {
    await Promise.all(running.map((each) => each.end()));
    running = [];
    test.release();
    await cleanUp();
  });

  it('are on a port of each', slow, async () => {
    test = await emptyDatabase('postgres');
    const [first, worker] = [await freePort(), await freePort()];
    const environment = {
      DATABASE_URL: test.url,
      DATA_DIR: temporaryFolder(),
      SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    };
    const web = { ...environment, PORT: '0', METRICS_PORT: String(first) };
    const server = run(['start', '--no-worker', '--processes', '2'], web);
    const jobs = run(['work'], { ...environment, METRICS_PORT: String(worker) });
    running = [server, jobs];
    const [, url] = await server.shows(/running at (\S+)/);
    await jobs.shows(/is working/);
    const body = JSON.stringify({ ...alice, email: 'alice@example.com' });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${url}/v2/accounts`, { method: 'POST', headers, body });

    const sum = (all: readonly Metrics[], name: string) =>
      all.reduce((total, metrics) => total + (metrics.get(name) ?? 0), 0);
    await vi.waitFor(async () => {
      const all = await Promise.all([first, first + 1, worker].map(scrape));
      const [one, two, three] = all.map(({ metrics }) => metrics);
      expect(sum([one!, two!], 'rookery_sign_ups_total')).toBe(1);
      expect(three!.get('rookery_sign_ups_total')).toBe(0);
      const done =
        'rookery_job_duration_seconds_count{subscriber="mail-verification",outcome="done"}';
      expect(three!.get(done)).toBe(1);
    }, soon);
  });
});
