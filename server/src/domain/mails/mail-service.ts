import type { Database } from '../../db/database.ts';
import type { Mailer } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Sender } from './letter.ts';
import { ownerNotices } from './owner-notices.ts';
import { secretMails } from './secret-mails.ts';
import { letterSending } from './sending.ts';
import type { Letters } from './templates/own-letters.ts';

type Needs = {
  database: Database;
  mailer: Mailer;
  verifications: Pick<VerificationService, 'findToSend'>;
  /** Where clients reach this server: links are made of this alone, and never of what a request says. */
  publicUrl: string;
  letters: Letters;
  sender: Sender;
  log: { warn(details: object, message: string): void };
};

/** Writes and sends what people are told by mail; for jobs. */
export type MailService = ReturnType<typeof secretMails> & ReturnType<typeof ownerNotices>;

/**
 * A crash between the server's answer and the note that the job is done sends a mail twice, with the same secret and the
 * same Message-ID. Nothing sends it more often, or never.
 */
export function mailService({
  database,
  mailer,
  verifications,
  publicUrl,
  letters,
  sender,
  log,
}: Needs): MailService {
  const send = letterSending({ mailer, sender, log });
  return {
    ...secretMails({ database, verifications, publicUrl, letters, send }),
    ...ownerNotices({ database, letters, send }),
  };
}
