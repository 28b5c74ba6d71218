import type { Person, ServerOptions, TestServer } from './server.ts';
import { passwords, testServer } from './server.ts';
import { type MailServer, mailServer, type Received } from './smtp.ts';

/** The whole program beside a real SMTP server. */
export type Mailed = {
  server: TestServer;
  smtp: MailServer;
  /** Runs all jobs that are due, and gives the mails to an address since the last time. */
  mailsTo(address: string): Promise<Received[]>;
  /** The one mail to an address since the last time. */
  mailTo(address: string): Promise<Received>;
  /** Signs somebody up by `/v2`, with an e-mail, and in. Its mail is not read. */
  signUp(person: Person, body?: object): Promise<void>;
  close(): Promise<void>;
};

export const publicUrl = 'https://photos.example.com';

export async function mailed({ environment, ...options }: ServerOptions = {}): Promise<Mailed> {
  const smtp = await mailServer();
  const settings = { SMTP_URL: smtp.url, PUBLIC_URL: publicUrl, ...environment };
  const server = await testServer({ ...options, environment: settings });
  const read = new Set<Received>();

  async function mailsTo(address: string): Promise<Received[]> {
    await server.work();
    const mails = smtp.received.filter((it) => !read.has(it) && it.envelopeTo.includes(address));
    for (const mail of mails) read.add(mail);
    return mails;
  }

  async function mailTo(address: string): Promise<Received> {
    const mails = await mailsTo(address);
    const [mail] = mails;
    if (mails.length !== 1 || !mail) {
      throw new Error(
        `${address} got ${mails.length} mails: ${mails.map((m) => m.subject).join()}`,
      );
    }
    return mail;
  }

  return {
    server,
    smtp,
    mailsTo,
    mailTo,
    async signUp(person, more = {}) {
      const email = `${person}@example.com`;
      const body = { username: person, password: passwords[person], email, ...more };
      const answer = await server.send('POST', '/v2/accounts', { body });
      if (answer.status !== 201) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
      await server.tokens(person);
    },
    async close() {
      await server.close();
      await smtp.stop();
    },
  };
}
