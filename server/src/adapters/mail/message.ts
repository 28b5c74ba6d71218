import { domainToASCII } from 'node:url';
import type Mailer from 'nodemailer/lib/mailer';
import { invalid } from '../../domain/errors.ts';
import type { Mail, Now } from '../../domain/ports.ts';

/** Anything that ends a line, or hides. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u001f\u007f\u2028\u2029]/;

/** One address and nothing else: no list, no display name, no quoted part, no white space. */
const address = /^[^\s,;:<>()[\]\\"@]{1,64}@[^\s,;:<>()[\]\\"@]{1,255}$/;

/**
 * A mail in the words of nodemailer.
 * @throws DomainError `invalid` (to, subject): line breaks would add headers, and commas would add receivers
 */
export function messageOf(mail: Mail, sender: string, now: Now): Mailer.Options {
  const { id, to, subject, text, html } = mail;
  if (controls.test(to) || !address.test(to)) throw invalid('to', 'is not one e-mail address');
  if (controls.test(subject)) throw invalid('subject', 'has characters that no subject has');
  const from = senderOf(sender);
  const domain = from.address.split('@')[1] ?? 'localhost';
  return {
    from,
    to: { name: '', address: plainAddress(to) },
    subject,
    text,
    html,
    date: now(),
    messageId: `<${id}@${domain}>`,
    // Answering machines keep quiet.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** In its parts: as one text, a comma in the name would make two senders of it. */
function senderOf(text: string): { name: string; address: string } {
  const [, name = '', address = text] = /^\s*"?([^"<]*?)"?\s*<([^>]+)>$/.exec(text) ?? [];
  return { name: name.trim(), address: plainAddress(address) };
}

/** The domain as DNS has it: few mail servers take another (RFC 6531). */
function plainAddress(text: string): string {
  const at = text.lastIndexOf('@');
  return `${text.slice(0, at + 1)}${domainToASCII(text.slice(at + 1)) || text.slice(at + 1)}`;
}
