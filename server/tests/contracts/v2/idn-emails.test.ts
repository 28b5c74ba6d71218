import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDown, migrateUp } from '../../../src/db/migrate.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { type MailServer, mailServer } from '../../support/smtp.ts';

describe('an e-mail address with an international domain', () => {
  let mails: MailServer;
  let server: TestServer;
  let count = 0;

  beforeAll(async () => {
    mails = await mailServer();
    server = await testServer({ environment: { SMTP_URL: mails.url } });
  });

  afterAll(async () => {
    await server.close();
    await mails.stop();
  });

  function signUp(email: string, headers: Record<string, string> = {}) {
    count += 1;
    const body = { username: `user-${count}`, password: 'a-long-walk-home', email };
    return server.send('POST', '/v2/accounts', { body, headers });
  }

  it('is one mailbox in both of its forms, is shown as typed, and gets its mail', async () => {
    const first = await signUp('anna@müller.example');
    const again = await signUp('Anna@xn--mller-kva.example');
    const composed = await signUp('anna@mu\u0308ller.example');
    await server.work();
    const login = { login: 'anna@xn--mller-kva.example', password: 'a-long-walk-home' };
    const session = await server.send('POST', '/v2/sessions', { body: login });

    expect([first.status, first.body.email]).toEqual([201, 'anna@müller.example']);
    expect([again.status, composed.status]).toEqual([409, 409]);
    expect(session.status).toBe(201);
    expect(mails.received.map(({ raw }) => /^To: (.*)\r$/m.exec(raw)?.[1])).toEqual([
      'anna@xn--mller-kva.example',
    ]);
  });

  it.each([
    'jürgen@example.com',
    'a@mü_ller.example',
    'a@ex ample.com',
    'a@-ü.',
    '@müller.example',
  ])('%s is refused: it is none that mail would reach', async (email) => {
    const answer = await signUp(email);

    expect(answer.status).toBe(422);
    expect(answer.body.fields).toEqual([
      { field: 'email', message: 'must be an e-mail address, such as alice@example.com' },
    ]);
  });

  it('that was kept before this rule is found after the migration', async () => {
    const { body } = await signUp('carla@bücher.example');
    const { database } = server.app;
    await migrateDown(database, '0011-pictures');
    await database.transaction((tx) =>
      tx
        .updateTable('account_names')
        .set({ name_key: 'carla@bücher.example' })
        .where('name_key', '=', 'carla@xn--bcher-kva.example')
        .execute(),
    );

    await migrateUp(database);

    const again = await signUp('carla@xn--bcher-kva.example');
    const login = { login: 'carla@bücher.example', password: 'a-long-walk-home' };
    const session = await server.send('POST', '/v2/sessions', { body: login });
    expect(again.status).toBe(409);
    expect([session.status, body.email]).toEqual([201, 'carla@bücher.example']);
  });
});
