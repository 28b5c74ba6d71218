import { DomainError } from '../errors.ts';
import { languageOf } from '../language-code.ts';
import type { Mailer } from '../ports.ts';
import { formsOf, type Letter, type Sender } from './letter.ts';

type Needs = {
  mailer: Mailer;
  sender: Sender;
  log: { warn(details: object, message: string): void };
};

/** @param to whom, in their language; the id is the same when a job repeats */
export type SendLetter = (
  to: { id: string; to: string; language: string },
  letter: Letter,
) => Promise<void>;

/** Sends letters; one that is refused for good is noted in the log, and not sent again. */
export function letterSending({ mailer, sender, log }: Needs): SendLetter {
  return async (to, letter) => {
    try {
      const forms = formsOf(letter, sender, languageOf(to.language));
      await mailer.send({ id: to.id, to: to.to, ...forms });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'invalid') throw error;
      // It would be refused the next time, too.
      log.warn({ mail: to.id, reason: error.message }, 'a mail was refused for good');
    }
  };
}
