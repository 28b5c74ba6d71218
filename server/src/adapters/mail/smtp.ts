import { createTransport } from 'nodemailer';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { Mailer, Now } from '../../domain/ports.ts';
import { breaker } from '../breaker.ts';
import { messageOf } from './message.ts';

export type SmtpServer = {
  host: string;
  port: number;
  /** TLS from the first byte. */
  isSecure: boolean;
  /** Whether a connection that stays without TLS is given up. */
  needsTls: boolean;
  /** Whether STARTTLS is not used even where it is offered. */
  hasNoTls: boolean;
  /** Whether the server's certificate has to be good; always, where there are authorities. */
  isVerified: boolean;
  /** Authorities of its own in PEM; null: those that everybody knows. */
  authorities: string | null;
  login: { user: string; pass: string } | null;
};

type SmtpOptions = { server: SmtpServer; sender: string; now: Now; timeoutMs?: number };

/** Hands mail to an SMTP server, over a few connections that stay open. */
export function smtpMailer({ server, sender, now, timeoutMs = 10_000 }: SmtpOptions): Mailer {
  const { host, port, isSecure, needsTls, hasNoTls, isVerified, authorities, login } = server;
  const transport = createTransport({
    pool: true,
    maxConnections: 4,
    host,
    port,
    secure: isSecure,
    requireTLS: needsTls,
    ignoreTLS: hasNoTls,
    tls: authorities === null ? { rejectUnauthorized: isVerified } : { ca: authorities },
    ...(login ? { auth: login } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const guarded = breaker({ now, machine: 'The mail server', label: 'mail', isOutage });

  return {
    async send(mail) {
      const message = messageOf(mail, sender, now);
      try {
        await guarded(() => transport.sendMail(message));
      } catch (error) {
        throw toDomainError(error);
      }
    },
    async check() {
      const lone = createTransport({ ...transport.options, pool: false } as object);
      try {
        await lone.verify();
      } catch (error) {
        throw new Error(
          `The mail server ${host}:${port} does not take mail: ${reasonOf(error)}. ${adviceFor(error)}`,
          { cause: error },
        );
      } finally {
        lone.close();
      }
    },
    async close() {
      transport.close();
    },
  };
}

type SmtpError = Error & { code?: string; command?: string; responseCode?: number };

/** Says that the server would refuse every mail now, not only this one. */
function isOutage(error: unknown): boolean {
  const { responseCode = 0, command = '' } = error as SmtpError;
  return responseCode === 0 || responseCode === 421 || !/^(RCPT TO|DATA)/.test(command);
}

/** A 5xx reply about a recipient or a message is permanent; any other reply may change. */
function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const { responseCode = 0, command = '' } = error as SmtpError;
  if (responseCode >= 500 && /^(RCPT TO|DATA)/.test(command)) {
    return invalid('to', `was refused by the mail server: ${reasonOf(error)}`);
  }
  return new DomainError('unavailable', `The mail server does not take mail: ${reasonOf(error)}.`, {
    cause: error,
  });
}

function adviceFor(error: unknown): string {
  const isOfTls = /certificate|altnames|STARTTLS|upgrad|SSL|TLS/i.test(reasonOf(error));
  return isOfTls
    ? 'Set SMTP_CA_FILE to the certificate of its authority, or see SMTP_TLS.'
    : 'Check SMTP_URL, or MAIL_SERVER and the settings beside it.';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
