import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { type Static, type TObject, Type } from 'typebox';
import type { SmtpServer } from '../../adapters/mail/smtp.ts';

const yesOrNo = '^([Tt]rue|[Ff]alse|1|0)$';

/** How mail leaves the server. */
export const mailSettings = {
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://[^/?#]+/?$',
      'x-secret': true,
      description:
        'The mail server: `smtp://user:password@host:587`, or `smtps://…:465` for TLS from the start. Without it, mails become files in `DATA_DIR/mail`.',
    }),
  ),
  SMTP_TLS: Type.Optional(
    Type.Enum(['off', 'opportunistic', 'required'], {
      description:
        '`off`: no STARTTLS. `opportunistic`: STARTTLS if offered, without verifying the certificate; refused if a password would be sent to another machine. `required`: no mail is sent without TLS and a valid certificate. Default: `opportunistic` for a server on this machine. For others, certificates are verified, and TLS is required if there is a password.',
    }),
  ),
  SMTP_CA_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'PEM file of CA certificates that the mail server is verified against, or its own certificate if it is self-signed. With it, certificates are always verified.',
    }),
  ),
  MAIL_SERVER: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9.:_-]+$',
      description:
        'The older form of `SMTP_URL`: the host. If both are set, they must name the same server.',
    }),
  ),
  MAIL_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65535,
      description:
        'The port of `MAIL_SERVER`. Default: 465 with `MAIL_USE_SSL`, 587 with `MAIL_USE_TLS`, otherwise 25.',
    }),
  ),
  MAIL_USERNAME: Type.Optional(
    Type.String({ minLength: 1, description: 'The user at `MAIL_SERVER`, if any.' }),
  ),
  MAIL_PASSWORD: Type.Optional(
    Type.String({ minLength: 1, 'x-secret': true, description: 'That user’s password.' }),
  ),
  MAIL_USE_TLS: Type.Optional(
    Type.String({
      pattern: yesOrNo,
      description:
        'Whether to refuse a mail server without STARTTLS. Default: `true` if a password would be sent to another machine.',
    }),
  ),
  MAIL_USE_SSL: Type.Optional(
    Type.String({
      pattern: yesOrNo,
      description: 'Whether `MAIL_SERVER` uses TLS from the start.',
    }),
  ),
  MAIL_TEMPLATES_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Folder with your own wording of mails: `LANGUAGE/LETTER.txt`, such as `es/recover-password.txt`. Letters without a file keep the built-in wording ([mails.md](mails.md)).',
    }),
  ),
  MAIL_DEFAULT_SENDER: Type.Optional(
    Type.String({
      pattern:
        '^(("[^<>\\r\\n"]*"\\s*|[^<>\\r\\n"]*)<[^\\s<>@,]+@[^\\s<>@,]+>|[^\\s<>@,]+@[^\\s<>@,]+)$',
      description:
        'Sender of mails: `Rookery <no-reply@example.com>`. Default: `INSTANCE_NAME`, `no-reply@` and the host of `PUBLIC_URL`.',
    }),
  ),
};

type MailSettings = Static<TObject<typeof mailSettings>> & {
  PUBLIC_URL?: string;
  INSTANCE_NAME: string;
};

export type MailConfig = {
  /** Null: mails are written to files. */
  server: SmtpServer | null;
  sender: string;
};

/** Reads how mail is sent, and adds to `problems` what must be changed. */
export function mailOf(settings: MailSettings, problems: string[]): MailConfig {
  // The code that parses the address reports a malformed one.
  const host = URL.parse(settings.PUBLIC_URL ?? '')?.hostname ?? 'localhost';
  const sender = settings.MAIL_DEFAULT_SENDER ?? `${settings.INSTANCE_NAME} <no-reply@${host}>`;
  const byParts = serverOfParts(settings, problems);
  const byUrl = settings.SMTP_URL ? serverOfUrl(settings.SMTP_URL) : null;
  if (byUrl && byParts && !isDeepStrictEqual(byUrl, byParts)) {
    problems.push(
      'SMTP_URL and MAIL_SERVER (with its port, user and password) name different servers. Keep one of them.',
    );
  }
  const server = byUrl ?? byParts;
  if (server) protect(server, settings, problems);
  return { server, sender };
}

/** Decides on TLS, once it is known which server it is. */
function protect(server: SmtpServer, settings: MailSettings, problems: string[]): void {
  const { SMTP_TLS: mode, SMTP_CA_FILE: file, MAIL_USE_TLS: older } = settings;
  if (older) server.needsTls = isYes(older);
  server.authorities = file === undefined ? null : contentOf(file, problems);
  if (mode === undefined) return;
  const isContrary = older !== undefined && isYes(older) !== (mode === 'required');
  if (isContrary || (mode === 'off' && server.isSecure)) {
    const other = isContrary ? 'MAIL_USE_TLS' : 'smtps:// or MAIL_USE_SSL';
    problems.push(`SMTP_TLS=${mode} and ${other} contradict each other. Keep one of them.`);
  }
  if (mode === 'opportunistic' && server.login !== null && !isLocal(server.host)) {
    problems.push(
      `SMTP_TLS=opportunistic could send the password to another machine that answers for ${server.host}. Set it to required, with SMTP_CA_FILE if the server has a private CA.`,
    );
  }
  server.needsTls = mode === 'required';
  server.hasNoTls = mode === 'off';
  server.isVerified = mode === 'required';
}

function contentOf(file: string, problems: string[]): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(`SMTP_CA_FILE cannot be read: ${reason}. Correct the path.`);
    return null;
  }
}

/** How the connection is protected, for the operator. */
export function protectionOf(server: SmtpServer): string {
  if (server.hasNoTls) return 'in the clear';
  const isAlways = server.isSecure || server.needsTls;
  const use = isAlways ? 'over TLS' : 'over TLS where it is offered';
  const isChecked = server.isVerified || server.authorities !== null;
  return `${use}, its certificate ${isChecked ? 'checked' : 'not checked'}`;
}

/** The defaults, unless a setting says otherwise. Nobody can intercept a connection between two programs of one machine. */
function unprotected(host: string, login: SmtpServer['login']) {
  return {
    needsTls: login !== null && !isLocal(host),
    hasNoTls: false,
    isVerified: !isLocal(host),
    authorities: null,
  };
}

function serverOfUrl(text: string): SmtpServer | null {
  const url = URL.parse(text);
  const [user, pass] = [url?.username, url?.password].map(decoded);
  // Reading the setting already reported it.
  if (!url?.hostname || user === null || pass === null) return null;
  const isSecure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const login = user && pass ? { user, pass } : null;
  return {
    host,
    port: Number(url.port) || (isSecure ? 465 : 587),
    isSecure,
    ...unprotected(host, login),
    login,
  };
}

function serverOfParts(settings: MailSettings, problems: string[]): SmtpServer | null {
  const { MAIL_SERVER: host, MAIL_USERNAME: user, MAIL_PASSWORD: pass } = settings;
  if (!host) {
    if ((user || pass || settings.MAIL_PORT) && !settings.SMTP_URL) {
      problems.push(
        'MAIL_PORT, MAIL_USERNAME or MAIL_PASSWORD is set, but MAIL_SERVER is not. Set it, or SMTP_URL instead of all of them.',
      );
    }
    return null;
  }
  if ((user === undefined) !== (pass === undefined)) {
    problems.push('Only one of MAIL_USERNAME and MAIL_PASSWORD is set. Set both, or none.');
  }
  const isSecure = isYes(settings.MAIL_USE_SSL);
  const hasStartTls = isYes(settings.MAIL_USE_TLS);
  if (isSecure && hasStartTls) {
    problems.push(
      'MAIL_USE_SSL and MAIL_USE_TLS are both true. Keep the first for port 465, the second for 587.',
    );
  }
  const login = user && pass ? { user, pass } : null;
  const port = settings.MAIL_PORT ?? (isSecure ? 465 : hasStartTls ? 587 : 25);
  return { host, port, isSecure, ...unprotected(host, login), login };
}

function isYes(text: string | undefined): boolean {
  return text !== undefined && /^(true|1)$/i.test(text);
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function decoded(text: string | undefined): string | null {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return null;
  }
}
