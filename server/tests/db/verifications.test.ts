import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joseSigner } from '../../src/adapters/tokens/jose.ts';
import type { Database } from '../../src/db/database.ts';
import { idLeases } from '../../src/db/ids.ts';
import type { CodeDigits, Purpose } from '../../src/domain/verifications/verification.ts';
import {
  type VerificationService,
  verificationService,
} from '../../src/domain/verifications/verification-service.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const minuteMs = 60_000;

describe('what works once', () => {
  let program: TestApp;
  let database: Database;
  let verifications: VerificationService;
  let alice: number;

  beforeEach(async () => {
    program = await testApp();
    alice = await program.account('alice');
    database = program.app.database;
    const { now } = program.clock;
    const tokens = joseSigner({ secret: 'f'.repeat(32), now });
    verifications = verificationService({ database, newId: idLeases(database), now, tokens });
  });

  afterEach(() => program.close());

  async function issued(purpose: Purpose = 'verify-email', codeDigits: CodeDigits = 6) {
    const wanted = { purpose, accountId: alice, lifeMs: 10 * minuteMs, codeDigits };
    const row = await verifications.prepare(wanted);
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

  it('has codes of four digits where they are asked for, and none begins with a zero', async () => {
    const codes: string[] = [];
    for (let i = 0; i < 40; i += 1) codes.push((await issued('verify-phone', 4)).code);

    const found = await verifications.findByCode(alice, 'verify-phone', codes.at(-1) ?? '');
    const sent = await verifications.findToSend(found.id);

    expect(codes.filter((code) => !/^[1-9]\d{3}$/.test(code))).toEqual([]);
    expect(new Set(codes).size).toBeGreaterThan(30);
    expect(sent).toMatchObject({ code: codes.at(-1), codeDigits: 4 });
  });

  it('is known by its token and its code after it was used, until its time is over', async () => {
    const { id, token, code } = await issued('verify-phone', 4);
    const byToken = (purpose: Purpose = 'verify-phone') =>
      verifications.findUsedByToken(purpose, token);
    const byCode = (given = code) => verifications.findUsedByCode(alice, 'verify-phone', given);
    const before = [await byToken(), await byCode()];

    await use(verifications.findByToken('verify-phone', token));

    expect(before).toEqual([null, null]);
    expect([await byToken(), await byCode()]).toMatchObject([{ id }, { id }]);
    expect([await byToken('verify-email'), await byCode('0000')]).toEqual([null, null]);
    program.clock.advance(10 * minuteMs);
    await expect(byToken()).rejects.toMatchObject({ code: 'expired' });
    await expect(byCode()).rejects.toMatchObject({ code: 'expired' });
  });

  it('is not known by an earlier code once there is another', async () => {
    const { code } = await issued('verify-phone');
    await use(verifications.findByCode(alice, 'verify-phone', code));
    await issued('verify-phone');

    expect(await verifications.findUsedByCode(alice, 'verify-phone', code)).toBeNull();
  });

  it('ends with its time, and with the next of its purpose', async () => {
    const first = await issued();
    const second = await issued();
    const other = await issued('recover-password');

    program.clock.advance(10 * minuteMs);

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
