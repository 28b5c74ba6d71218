import { idLeases } from '../../src/db/ids.ts';
import { ownCredential } from '../../src/domain/credential.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import type { TestServer } from './server.ts';

/** Makes person1, person2 and so on, without passwords, for the services are asked in their name. */
export async function newPeople({ app, clock }: TestServer, count: number): Promise<Viewer[]> {
  const newId = idLeases(app.database);
  const at = clock.now().toISOString();
  const people: Viewer[] = [];
  for (let i = 1; i <= count; i += 1) {
    const accountId = await newId('accounts');
    people.push({ accountId, sessionId: 0, role: 'user', credential: ownCredential('session') });
  }
  await app.database.transaction(async (tx) => {
    for (const [i, { accountId: id }] of people.entries()) {
      const username = `person${i + 1}`;
      const name = { name_key: username, account_id: id, kind: 'username' } as const;
      await tx
        .insertInto('accounts')
        .values({ ...blank, id, username, created_at: at, updated_at: at })
        .execute();
      await tx.insertInto('account_names').values(name).execute();
    }
  });
  return people;
}

const blank = {
  email: null,
  email_verified_at: null,
  login_name: null,
  phone: null,
  phone_verified_at: null,
  language: 'en',
  last_login_at: null,
  display_name: 'Person',
  display_name_key: 'person',
  bio: '',
  role: 'user',
  password_hash: null,
  avatar_media_id: null,
  next_avatar_media_id: null,
  post_count: 0,
  follower_count: 0,
  following_count: 0,
  media_bytes: 0,
  disabled_at: null,
  deleted_at: null,
} as const;
