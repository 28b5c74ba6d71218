import Fastify, { LogController } from 'fastify';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { logOptions } from '../../src/app/log-options.ts';
import type { ContractApp } from '../../src/contracts/contract.ts';
import { handleErrors } from '../../src/contracts/error-responses.ts';
import { contracts } from '../../src/contracts/index.ts';
import { isOutage } from '../../src/db/outages.ts';

/** One of each kind; `db/outages.test.ts` has them all. */
const errors = [
  { code: 'EAI_AGAIN' },
  { code: 'EHOSTUNREACH' },
  { code: 'ENETUNREACH' },
  { code: 'ENOSPC' },
  { code: 'EROFS' },
  { code: 'EDQUOT' },
  { code: 'EMFILE' },
  { code: 'EIO' },
  { code: '25006' },
  { code: '28000' },
  { code: '28P01' },
  { code: '53100' },
  { code: '53200' },
  { code: 'ER_OPTION_PREVENTS_STATEMENT', message: 'running with the --read-only option' },
  { code: 'ER_ACCESS_DENIED_ERROR' },
  { code: 'ER_DISK_FULL' },
  { code: 'SQLITE_FULL' },
  { code: 'SQLITE_IOERR' },
  { code: 'SQLITE_READONLY' },
  { code: 'DATABASE_TIMEOUT' },
];

it('an outage has no stack in the log, and a fault of ours has one', () => {
  const logged: string[] = [];
  const log = pino({ ...logOptions }, { write: (line: string) => void logged.push(line) });
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

  log.warn({ err: new Error('The broker is not reached.', { cause: refused }) }, 'an outage');
  log.warn({ err: new Error('Ours.') }, 'a fault');

  expect(JSON.parse(logged[0] ?? '').err).toEqual({
    type: 'Error',
    message: 'The broker is not reached.',
    cause: { type: 'Error', message: 'refused', code: 'ECONNREFUSED' },
  });
  expect(JSON.parse(logged[1] ?? '').err.stack).toContain('outages.test.ts');
});

describe.each(contracts)('an outage in $name', (contract) => {
  it('is 503 with Retry-After in its own shape, and one line of the log for each reason', async () => {
    const logged: string[] = [];
    const loggerInstance = pino({}, { write: (line: string) => void logged.push(line) });
    const app = Fastify({
      genReqId: () => 'of-each',
      loggerInstance,
      logController: new LogController({ disableRequestLogging: true }),
    });
    handleErrors(app as unknown as ContractApp, contract, {
      isOutage,
      isWriteConflict: () => false,
    });
    app.get<{ Params: { index: string } }>('/:index', ({ params }) => {
      const { message = 'refused', ...details } = errors[Number(params.index)] ?? {};
      throw Object.assign(new Error(`${contract.name}: ${message}`), details);
    });

    const answers = [];
    for (const index of [...errors.keys(), ...errors.keys()]) {
      answers.push(await app.inject({ url: `/${index}` }));
    }
    await app.close();

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 503));
    expect(answers.map(({ headers }) => headers['retry-after'])).toEqual(answers.map(() => '2'));
    for (const { headers, body } of answers) {
      expect(headers['content-type']).toBe(contract.errorType);
      expect(body).toBe(answers[0]?.body);
    }
    const reasons = logged.map((line) => JSON.parse(line).reason);
    expect(new Set(reasons).size).toBe(errors.length);
    expect(reasons).toHaveLength(errors.length);
    expect(logged.join('')).not.toContain('stack');
  });
});
