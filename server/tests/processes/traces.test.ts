import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokerUrl, type TestQueue, testQueue, whyNoBroker } from '../support/broker.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { type Collector, otlpCollector, type ReceivedSpan } from '../support/otlp-collector.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, startProgram, temporaryFolder } from '../support/process.ts';
import { type Running, run } from '../support/processes.ts';

const slow = { timeout: 180_000 };
const soon = { timeout: 60_000, interval: 100 };
const noPostgres = (await isReached(servers.postgres)) ? null : 'PostgreSQL is not reached';
const leftOut = noPostgres ?? (await whyNoBroker());
if (leftOut) process.stderr.write(`${leftOut}: the test of traces across processes is left out.\n`);

const body = { username: 'alice', password: 'alice-likes-dunes', email: 'alice@example.com' };
const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
const headers = { traceparent: `00-${traceId}-${parentId}-01` };

/** Makes Node say when a library of metrics or traces is loaded. */
const tellsLoads = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(name, context, next) {
      if (/opentelemetry|prom-client/.test(name)) process.stderr.write('LOADED ' + name);
      return next(name, context);
    },
  });
`)}`;

describe('a trace', () => {
  let collector: Collector;

  beforeEach(async () => {
    collector = await otlpCollector();
  });

  afterEach(async () => {
    await cleanUp();
    await collector.close();
  });

  const settings = () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const spansOf = (id: string) => collector.spans.filter((span) => span.traceId === id);
  const named = (spans: readonly ReceivedSpan[], name: string) =>
    spans.find((span) => span.name === name);

  /** Waits for the spans of the request and of its job, which two processes may deliver in either order. */
  const requestAndJob = (id: string): Promise<{ request: ReceivedSpan; job: ReceivedSpan }> =>
    vi.waitFor(() => {
      const request = named(spansOf(id), 'POST /v2/accounts');
      const job = named(spansOf(id), 'job mail-verification');
      expect([request, job]).not.toContain(undefined);
      return { request: request!, job: job! };
    }, soon);

  it('goes from a request to its queries and to its jobs', slow, async () => {
    const server = await startProgram({ dataDir: temporaryFolder(), environment: settings() });
    await server.send('POST', '/v2/accounts', { body, headers });
    const { request, job } = await requestAndJob(traceId);
    const spans = spansOf(traceId);
    const below = (id: string) => spans.filter(({ parentSpanId }) => parentSpanId === id);

    expect(request).toMatchObject({
      parentSpanId: parentId,
      kind: 2,
      service: 'rookery',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v2/accounts',
        'http.response.status_code': 201,
        'rookery.contract': 'v2',
        'rookery.request_id': traceId,
      },
    });
    expect(job).toMatchObject({
      parentSpanId: request.spanId,
      attributes: { 'messaging.destination.name': 'verification.issued', 'rookery.attempts': 0 },
    });
    expect(below(request.spanId).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['insert accounts', 'insert outbox', 'job mail-verification']),
    );
    expect(below(job.spanId).map(({ name }) => name)).toContain('select verifications');
    expect(JSON.stringify(collector.spans)).not.toContain(body.password);
    expect(JSON.stringify(collector.spans)).not.toContain(body.email);
  });

  it(
    'is not made where nothing asks for it, and the server ends while nobody takes it',
    slow,
    async () => {
      const disabled = { ...settings(), OTEL_SDK_DISABLED: 'true', NODE_OPTIONS: tellsLoads };
      const silent = await startProgram({ dataDir: temporaryFolder(), environment: disabled });
      await silent.send('GET', '/v2/explore', { headers });
      await silent.kill('SIGTERM');
      expect(silent.printed()).not.toContain('LOADED');
      const nowhere = `http://127.0.0.1:${await freePort()}`;
      const environment = {
        ...settings(),
        OTEL_EXPORTER_OTLP_ENDPOINT: nowhere,
        NODE_OPTIONS: tellsLoads,
      };
      const server = await startProgram({ dataDir: temporaryFolder(), environment });
      const answer = await server.send('GET', '/v2/explore', { headers });
      await vi.waitFor(() => expect(server.printed()).toContain('traces are not delivered'), soon);
      const exit = await server.kill('SIGTERM');
      expect(server.printed()).toContain('LOADED @opentelemetry');

      expect(collector.spans).toEqual([]);
      expect([answer.status, exit.code]).toEqual([200, 0]);
    },
  );

  describe.skipIf(leftOut !== null)('across processes', () => {
    let test: TestDatabase;
    let queue: TestQueue;
    let running: Running[] = [];

    afterEach(async () => {
      await Promise.all(running.map((each) => each.end()));
      running = [];
      test.release();
      await queue.release();
    });

    it('passes the outbox and RabbitMQ', slow, async () => {
      test = await emptyDatabase('postgres');
      queue = await testQueue();
      const environment = {
        ...settings(),
        DATABASE_URL: test.url,
        DATA_DIR: temporaryFolder(),
        SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
        AMQP_URL: brokerUrl,
        AMQP_QUEUE: queue.name,
        PORT: '0',
        LOG_LEVEL: 'warn',
      };
      const server = run(['start', '--no-worker'], { ...environment, OTEL_SERVICE_NAME: 'web' });
      const worker = run(['work'], { ...environment, OTEL_SERVICE_NAME: 'worker' });
      running = [server, worker];
      const [, url] = await server.shows(/running at (\S+)/);
      await worker.shows(/is working/);
      await fetch(`${url}/v2/accounts`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { request, job } = await requestAndJob(traceId);

      expect([request.service, job.service]).toEqual(['web', 'worker']);
      expect(job.parentSpanId).toBe(request.spanId);
    });
  });
});
