import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import type { Mail, Mailer, Now } from '../../domain/ports.ts';
import { makeFolder } from '../folders.ts';
import { messageOf } from './message.ts';

type FilesOptions = {
  folder: string;
  sender: string;
  now: Now;
  log: { info(details: object, message: string): void };
};

/**
 * Writes each mail as an `.eml` file, where no mail server is set up. A file has its name when it is whole, and its owner
 * alone can read it; a repeat takes the place of the first.
 */
export function fileMailer({ folder, sender, now, log }: FilesOptions): Mailer {
  async function write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    const unnamed = join(folder, `.${randomUUID()}`);
    await makeFolder(folder, { mode: 0o700 });
    try {
      const file = await open(unnamed, 'wx', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unnamed, path);
    } catch (error) {
      await rm(unnamed, { force: true });
      throw error;
    }
    return path;
  }

  async function contentOf(mail: Mail): Promise<Uint8Array> {
    const { text: _text, html: _html, ...rest } = messageOf(mail, sender, now);
    const alternatives = [partOf('plain', mail.text), partOf('html', mail.html)];
    // Loaded with the first mail.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
    const { message } = await transport.sendMail({ ...rest, alternatives });
    return message as Buffer;
  }

  return {
    async send(mail) {
      const content = await contentOf(mail);
      const file = await write(`${mail.id}.eml`, content).catch((cause: unknown) => {
        throw new DomainError('unavailable', `A mail could not be written to ${folder}.`, {
          cause,
        });
      });
      log.info({ file }, 'a mail was written to a file; set SMTP_URL to have it sent');
    },
    async check() {
      await rm(await write('.check', ''));
    },
    async close() {},
  };
}

/** As it is, so that a link can be copied out of the file: SMTP needs lines to be short, a file does not. */
function partOf(type: 'plain' | 'html', content: string): { raw: string } {
  const head = [`Content-Type: text/${type}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit'];
  return { raw: `${head.join('\r\n')}\r\n\r\n${content}` };
}
