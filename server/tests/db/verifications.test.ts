import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joseSigner } from '../../src/adapters/tokens/jose.ts';
import type { Database } from '../../src/db/database.ts';
import { idLeases } from '../../src/db/ids.ts';
import type { Purpose } from '../../src/domain/verifications/verification.ts';
import {
  type VerificationService,
  verificationService,
} from '../../src/domain/verifications/verification-service.ts';
import { type TestServer, testServer } from '../support/server.ts';

const minuteMs = 60_000;

describe('what works once', () => {
  let server: TestServer;
  let database: Database;
  let verifications: VerificationService;
  let alice: number;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
    alice = (await server.send('GET', '/v2/me', { as: 'alice' })).body.id;
    database = server.app.database;
    const { now } = server.clock;
    const tokens = joseSigner({ secret: 'f'.repeat(32), now });
    verifications = verificationService({ database, newId: idLeases(database), now, tokens });
  });

  afterEach(() => server.close());

  async function issued(purpose: Purpose = 'verify-email') {
    const row = await verifications.prepare({ purpose, accountId: alice, lifeMs: 10 * minuteMs });
    await database.transaction((tx) => verifications.issue(tx, row));
    return { id: row.id, token: verifications.tokenOf(row), code: verifications.codeOf(row) };
  }

  async function use(found: Promise<{ id: number }>): Promise<void> {
    const verification = await found;
    await database.transaction((tx) => verifications.consume(tx, verification));
  }

  it('lets one of twenty parallel uses of a link through', async () => {
    const { token } = await issued();

    const uses = Array.from({ length: 20 }, () =>
      use(verifications.findByToken('verify-email', token)),
    );
    const outcomes = await Promise.allSettled(uses);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(verifications.findByToken('verify-email', token)).rejects.toMatchObject({
      code: 'gone',
    });
  });

  it('lets one of twenty parallel uses of a code through', async () => {
    const { code } = await issued('verify-phone');

    const uses = Array.from({ length: 20 }, () =>
      use(verifications.findByCode(alice, 'verify-phone', code)),
    );
    const outcomes = await Promise.allSettled(uses);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('counts five tries of a code, also parallel ones, and then not even the right one works', async () => {
    const { code } = await issued('verify-phone');
    const wrong = code === '000000' ? '000001' : '000000';

    const tries = Array.from({ length: 20 }, () =>
      verifications.findByCode(alice, 'verify-phone', wrong),
    );
    const outcomes = await Promise.allSettled(tries);

    const reasons = outcomes.map((o) => (o.status === 'rejected' ? String(o.reason) : ''));
    expect(reasons.filter((reason) => reason.includes('not the one that was sent'))).toHaveLength(
      5,
    );
    await expect(verifications.findByCode(alice, 'verify-phone', code)).rejects.toMatchObject({
      message: 'code was tried too often; ask for a new one.',
    });
  });

  it('ends with its time, and with the next of its purpose', async () => {
    const first = await issued();
    const second = await issued();
    const other = await issued('recover-password');

    server.clock.advance(10 * minuteMs);

    await expect(verifications.findByToken('verify-email', first.token)).rejects.toMatchObject({
      code: 'gone',
    });
    await expect(verifications.findByToken('verify-email', second.token)).rejects.toMatchObject({
      code: 'expired',
    });
    expect(await verifications.findToSend(second.id)).toBeNull();
    await expect(verifications.findByToken('verify-email', other.token)).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});
