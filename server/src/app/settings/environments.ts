import type { TokenLives } from '../../contracts/contract.ts';
import { dayMs, hourMs, secondMs } from '../../domain/durations.ts';
import { emailLinkHours } from '../../domain/verifications/email-verification.ts';

/** What an environment decides. All else is the same in each of them. */
export type Environment = {
  /** People rely on it: what is only for trying things out is refused, and what cannot be undone is asked for twice. */
  isLive: boolean;
  /** Where `DATA_DIR` is when nothing names it. */
  dataDir: string;
  /** What `LOG_LEVEL` is when nothing names it. */
  logLevel: 'debug' | 'info';
  /** Whether mails, text messages and pushes leave the machine. */
  isSending: boolean;
  /** Of `/v1`. */
  tokenLives: TokenLives;
};

const tokenLives: TokenLives = { accessMs: 30 * dayMs, passwordMs: dayMs };
const live: Environment = {
  isLive: true,
  dataDir: 'data',
  logLevel: 'info',
  isSending: true,
  tokenLives,
};

/** The one table of environments. Staging is production under another name: what passes there passes here. */
export const environments = {
  development: {
    isLive: false,
    dataDir: 'data',
    logLevel: 'debug',
    isSending: true,
    tokenLives,
  },
  // A folder of its own, so that emptying the database of a test run cannot empty that of a developer.
  testing: {
    isLive: false,
    dataDir: 'data/testing',
    logLevel: 'debug',
    isSending: false,
    tokenLives: { accessMs: 3 * secondMs, passwordMs: 2 * secondMs },
  },
  staging: live,
  production: live,
} as const satisfies Record<string, Environment>;

export type EnvironmentName = keyof typeof environments;

export const environmentNames = Object.keys(environments) as EnvironmentName[];

/** The rows of the table in docs/configuration.md: a title, then a cell for each environment. */
export function environmentRows(): string[][] {
  const row = (title: string, tell: (environment: Environment) => string) => [
    title,
    ...environmentNames.map((name) => tell(environments[name])),
  ];
  return [
    row('default of `DATA_DIR`', ({ dataDir }) => `\`${dataDir}\``),
    [
      'the database',
      ...environmentNames.map((name) =>
        name === 'testing' ? '`DATABASE_TEST_URL`, else `DATABASE_URL`' : '`DATABASE_URL`',
      ),
    ],
    row('default of `LOG_LEVEL`', ({ logLevel }) => `\`${logLevel}\``),
    row('mails, text messages', ({ isSending }) => (isSending ? 'sent' : 'files')),
    row('pushes', ({ isSending }) => (isSending ? 'sent' : 'none')),
    row('`PUBLIC_URL`', ({ isLive }) => (isLive ? 'required' : '')),
    row('CORS for `localhost` and 127.0.0.1, on any port', ({ isLive }) => (isLive ? '' : 'open')),
    row('`RATE_LIMITS=off`', ({ isLive }) => (isLive ? 'refused' : '')),
    row('`db reset` without `--yes`', ({ isLive }) => (isLive ? 'refused' : 'asks')),
    row('lifetime of an access token of `/v1`', ({ tokenLives: { accessMs } }) =>
      lifeText(accessMs),
    ),
    row('… of a token to reset a password', ({ tokenLives: { passwordMs } }) =>
      lifeText(passwordMs),
    ),
    row('… of a token to verify an e-mail', () => lifeText(emailLinkHours * hourMs)),
  ];
}

function lifeText(ms: number): string {
  const days = ms / dayMs;
  if (days < 1) return `${ms / secondMs} s`;
  return days === 1 ? '1 day' : `${days} days`;
}
