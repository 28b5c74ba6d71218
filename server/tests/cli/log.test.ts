import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { brokerUrl, type TestQueue, testQueue, whyNoBroker } from '../support/broker.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, runCommand, runFile, startProgram, temporaryFolder } from '../support/process.ts';
import { type Running, run } from '../support/processes.ts';

const slow = { timeout: 120_000 };
const soon = { timeout: 60_000, interval: 50 };
/** Gives a program a terminal. */
const onTerminal = ['bash', '-c', 'exec script -qec "$*" /dev/null', 'bash'];
const hasTerminals = spawnSync('script', ['--version']).status === 0;
const noPostgres = (await isReached(servers.postgres)) ? null : 'PostgreSQL is not reached';
const leftOut = noPostgres ?? (await whyNoBroker());
if (leftOut) process.stderr.write(`${leftOut}: the test of ids across processes is left out.\n`);

const headers = { 'x-request-id': 'from-the-proxy' };

describe('the log of a server', () => {
  afterEach(cleanUp);

  it('is JSON lines', slow, async () => {
    const environment = { LOG_LEVEL: 'info' };
    const server = await startProgram({ dataDir: temporaryFolder(), environment });
    await server.send('GET', '/v2/me', { headers });
    const line = await vi.waitFor(() => /^\{.*from-the-proxy.*$/m.exec(server.printed())![0], soon);

    expect(JSON.parse(line)).toMatchObject({ msg: 'answered', requestId: 'from-the-proxy' });
  });

  it.skipIf(!hasTerminals)('is for people on a terminal, without secrets', slow, async () => {
    const environment = { LOG_LEVEL: 'info', TERM: 'xterm' };
    const dataDir = temporaryFolder();
    const server = await startProgram({ dataDir, environment, through: onTerminal });
    const secret = `7.${'0123456789abcdef'.repeat(2)}`;
    await server.send('GET', `/v2/users/${secret}`, { headers });
    const line = await vi.waitFor(
      () => /^.*from-the-proxy.*$/m.exec(stripVTControlCharacters(server.printed()))![0],
      soon,
    );

    expect(line).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: answered \{.*"status":404/);
    expect(server.printed()).not.toContain('0123456789abcdef');
  });
});

describe('the log of a command', () => {
  const script = (isLasting: boolean) => `
    const { newLog } = await import(${JSON.stringify(import.meta.resolve('../../src/app/log.ts'))});
    (await newLog({ logLevel: 'warn' }, { isLasting: ${isLasting} })).warn('the cache is away');
  `;
  const logged = (isLasting: boolean) =>
    runFile([process.execPath, '--input-type=module', '-e', script(isLasting)], {});

  it('is on standard error, so that its output is its result alone', slow, async () => {
    const [ofCommand, ofServer] = [await logged(false), await logged(true)];

    expect(ofCommand.stdout).toBe('');
    expect(JSON.parse(ofCommand.stderr)).toMatchObject({ msg: 'the cache is away' });
    expect(JSON.parse(ofServer.stdout)).toMatchObject({ msg: 'the cache is away' });
    expect(ofServer.stderr).toBe('');
  });

  it('says of its own success nothing that is not its result', slow, async () => {
    const environment = { DATA_DIR: temporaryFolder(), LOG_LEVEL: 'info' };
    await runCommand(['migrate', 'up', '0001'], { environment });
    const { stdout, stderr } = await runCommand(
      ['admin', 'remove-second-factor', 'alice', '--json'],
      { environment },
    );

    expect(stdout).toBe('');
    expect(stderr).toBe('rookery: There is no such account.\n');
  });
});

describe.skipIf(leftOut !== null)('the log of a worker', () => {
  let test: TestDatabase;
  let queue: TestQueue;
  let running: Running[] = [];

  afterEach(async () => {
    await Promise.all(running.map((each) => each.end()));
    running = [];
    test.release();
    await queue.release();
    await cleanUp();
  });

  it('names the request of another process, whose event came by RabbitMQ', slow, async () => {
    test = await emptyDatabase('postgres');
    queue = await testQueue();
    const environment = {
      DATABASE_URL: test.url,
      DATA_DIR: temporaryFolder(),
      SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
      AMQP_URL: brokerUrl,
      AMQP_QUEUE: queue.name,
      PORT: '0',
      // Nobody takes mail there, so the job fails and says so.
      SMTP_URL: `smtp://127.0.0.1:${await freePort()}`,
    };
    const [server, worker] = [
      run(['start', '--no-worker'], environment),
      run(['work'], environment),
    ];
    running = [server, worker];
    const [, url] = await server.shows(/running at (\S+)/);
    await worker.shows(/is working/);
    const body = { username: 'alice', password: 'alice-likes-dunes', email: 'alice@example.com' };
    const answer = await fetch(`${url}/v2/accounts`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const [line] = await worker.shows(/^\{.*a job failed and will be repeated.*$/m);

    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([201, 'from-the-proxy']);
    expect(JSON.parse(line)).toMatchObject({
      topic: 'verification.issued',
      requestId: 'from-the-proxy',
    });
  });
});
