import { joseSigner } from '../src/adapters/tokens/jose.ts';
import { insertMany } from '../src/db/bulk-insert.ts';
import { openDatabase } from '../src/db/database.ts';
import { leaseRange } from '../src/db/ids.ts';
import { newSession } from '../src/domain/sessions/new-session.ts';
import type { RunSet } from './cached-set.ts';
import type { BenchViewer } from './viewers.ts';

const audience = 'v2';
const lifeSeconds = 24 * 3600;

/**
 * Opens a session for every ordinary account of the set, in the database itself: ten thousand sign-ins would hash passwords
 * for minutes. The server accepts the tokens since it has the same secret.
 */
export async function signInEveryone(set: RunSet): Promise<BenchViewer[]> {
  const database = openDatabase(set.databaseUrl, 1, { isPatient: true });
  try {
    const accounts = await database
      .selectFrom('accounts')
      .select(['id', 'username'])
      .where('username', 'like', 'user-%')
      .orderBy('id')
      .execute();
    const now = new Date();
    const context = { audience, device: { name: 'bench', address: '127.0.0.1' } };
    const first = await database.transaction((tx) => leaseRange(tx, 'sessions', accounts.length));
    const sessions = accounts.map(({ id }, i) => newSession(first + i, id, context, now));
    await insertMany(database, 'sessions', sessions);

    const signer = joseSigner({ secret: set.secret, now: () => now });
    const issuedAt = Math.floor(now.getTime() / 1000);
    const times = { issuedAt, expiresAt: issuedAt + lifeSeconds };
    return await Promise.all(
      accounts.map(async ({ id: accountId, username }, i) => {
        const claims = { accountId, sessionId: first + i, audience, generation: 0, ...times };
        return { username, token: await signer.sign(claims) };
      }),
    );
  } finally {
    await database.close();
  }
}
