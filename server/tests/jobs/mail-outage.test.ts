import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mailed, mailed } from '../support/mailed.ts';
import { passwords, testServer } from '../support/server.ts';

const people = ['alice', 'bob', 'carla'] as const;
const body = (person: (typeof people)[number]) => ({
  username: person,
  password: passwords[person],
  email: `${person}@example.com`,
});

describe('while the mail server is down', () => {
  let rig: Mailed;

  beforeEach(async () => {
    rig = await mailed();
  });

  afterEach(() => rig.close());

  async function passSeconds(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i += 1) {
      rig.server.clock.advance(1000);
      await rig.server.work();
    }
  }

  it('people sign up and ask for recoveries, and every mail comes after, once', async () => {
    await rig.smtp.stop();
    const answers = [];
    for (const person of people) {
      answers.push(await rig.server.send('POST', '/v2/accounts', { body: body(person) }));
      const email = { email: `${person}@example.com` };
      answers.push(await rig.server.send('POST', '/v2/password-recoveries', { body: email }));
      await passSeconds(20);
    }
    const during = rig.smtp.received.length;

    await rig.smtp.start();
    await passSeconds(180);

    const subjects = rig.smtp.received.map((it) => `${it.envelopeTo.join()}: ${it.subject}`);
    const left = await rig.server.app.database.selectFrom('outbox').selectAll().execute();
    expect(answers.map(({ status }) => status)).toEqual([201, 202, 201, 202, 201, 202]);
    expect(during).toBe(0);
    expect(subjects.sort((a, b) => a.localeCompare(b))).toEqual(
      people.flatMap((person) => [
        `${person}@example.com: Choose a new password`,
        `${person}@example.com: Confirm your e-mail address`,
      ]),
    );
    expect(left).toEqual([]);
  }, 60_000);

  it('a mail that was sent is not sent again when the event comes twice', async () => {
    await rig.server.send('POST', '/v2/accounts', { body: body('alice') });
    const events = await rig.server.app.database.selectFrom('outbox').selectAll().execute();
    await rig.server.work();
    const [event] = events;
    await rig.server.app.database.transaction(async (tx) => {
      if (event) await tx.insertInto('outbox').values(event).execute();
    });

    await rig.server.work();

    expect(rig.smtp.received).toHaveLength(1);
  });

  it('a crash after the server took the mail repeats it with the same link and Message-ID', async () => {
    await rig.server.send('POST', '/v2/accounts', { body: body('alice') });
    const events = await rig.server.app.database.selectFrom('outbox').selectAll().execute();
    await rig.server.work();
    await rig.server.app.database.transaction(async (tx) => {
      await tx.deleteFrom('done_events').execute();
      for (const event of events) await tx.insertInto('outbox').values(event).execute();
    });

    await rig.server.work();

    const [first, second, ...others] = rig.smtp.received;
    expect(others).toEqual([]);
    expect([second?.messageId, second?.text]).toEqual([first?.messageId, first?.text]);
  });
});

describe('while the mail server is silent', () => {
  it('nobody who signs up waits for it', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const address = silent.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const server = await testServer({ environment: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
    await server.app.startWork();
    const begun = Date.now();

    const answers = [];
    for (const person of people) {
      answers.push(await server.send('POST', '/v2/accounts', { body: body(person) }));
    }

    // A mail takes ten seconds to be given up; three of them would take thirty.
    expect(Date.now() - begun).toBeLessThan(20_000);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    for (const socket of sockets) socket.destroy();
    silent.close();
    await server.close();
  }, 60_000);
});
