import type { Database } from '../../db/database.ts';
import { WriteConflict } from '../../db/errors.ts';
import type { NewId } from '../../db/ids.ts';
import { type AccountToCreate, createAccounts } from '../accounts/account-creation.ts';
import { type NameHolder, readNameHolders } from '../accounts/account-name-store.ts';
import { type Name, namesOf, readAccountNumbers } from '../accounts/account-names.ts';
import { findFreeUsernames } from '../accounts/derived-username.ts';
import { newAccountRow } from '../accounts/new-account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Now, PasswordHasher } from '../ports.ts';
import { type ImportedAccount, importedAccount } from './imported-account.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  passwords: Pick<PasswordHasher, 'isKnown'>;
  audit: AuditLog;
};

export type ImportOptions = {
  /** Nothing is written. */
  isDryRun: boolean;
  /** Told the number of lines that were read. */
  onProgress?: (lines: number) => void;
};

export type ImportReport = {
  imported: number;
  /** There already, from an earlier run. */
  skipped: number;
  faults: ImportFault[];
};

/** A line that was left out, and what to do about it. */
export type ImportFault = { line: number; field: string | null; message: string };

export type AccountImport = (
  lines: AsyncIterable<string>,
  options: ImportOptions,
) => Promise<ImportReport>;

type Taken = {
  holders: ReadonlyMap<string, NameHolder>;
  /** Names that are the number of an account. */
  numbers: ReadonlySet<string>;
  /** By line of the file. */
  given: ReadonlyMap<string, number>;
};
type Entry = { line: number; account: ImportedAccount; names: readonly Name[] };

const batchSize = 250;
/** People may sign up meanwhile, with a name that was free when it was looked at. */
const maxAttempts = 5;

/**
 * Takes accounts over from another system, one JSON object a line, in batches, each of which is imported completely or not at all.
 * A second run goes on where the first one stopped, since it skips what is there.
 */
export function accountImport({ database, newId, now, passwords, audit }: Needs): AccountImport {
  async function importBatch(
    batch: readonly Entry[],
    given: Map<string, number>,
    { isDryRun }: ImportOptions,
  ): Promise<ImportReport> {
    for (let attempt = 1; ; attempt += 1) {
      const report: ImportReport = { imported: 0, skipped: 0, faults: [] };
      const wanted = await wantedOf(database, batch, isDryRun ? given : new Map(), report);
      report.imported = wanted.length;
      if (isDryRun) return report;
      const accounts = await accountsOf({ database, newId, now }, wanted);
      try {
        await database.transaction((tx) => createAccounts(tx, audit, accounts));
        return report;
      } catch (error) {
        if (!(error instanceof WriteConflict) || attempt === maxAttempts) throw error;
      }
    }
  }

  return async (lines, options) => {
    const total: ImportReport = { imported: 0, skipped: 0, faults: [] };
    // Names of a whole dry run, by line; a real one finds those of earlier batches in the database.
    const given = new Map<string, number>();
    let batch: Entry[] = [];
    let line = 0;

    async function flush(): Promise<void> {
      const report = batch.length > 0 ? await importBatch(batch, given, options) : null;
      total.imported += report?.imported ?? 0;
      total.skipped += report?.skipped ?? 0;
      total.faults.push(...(report?.faults ?? []));
      batch = [];
      options.onProgress?.(line);
    }

    for await (const text of lines) {
      line += 1;
      if (text.trim() === '') continue;
      try {
        const rules = { isKnownHash: passwords.isKnown, now: now() };
        const account = importedAccount(line === 1 ? text.replace(/^\uFEFF/, '') : text, rules);
        batch.push({ line, account, names: namesOfImported(account) });
      } catch (error) {
        total.faults.push(faultIn(line, error));
      }
      if (batch.length === batchSize) await flush();
    }
    await flush();
    total.faults.sort((a, b) => a.line - b.line);
    return total;
  };
}

/** Those whose names are free, and notes the others in the report. */
async function wantedOf(
  database: Database,
  batch: readonly Entry[],
  given: Map<string, number>,
  report: ImportReport,
): Promise<Entry[]> {
  const keys = batch.flatMap(({ names }) => names.map(({ key }) => key));
  const holders = await readNameHolders(database, keys);
  const numbers = await readAccountNumbers(database, keys);
  const wanted: Entry[] = [];
  for (const entry of batch) {
    if (isThere(entry, holders)) {
      report.skipped += 1;
      continue;
    }
    const fault = faultOf(entry, { holders, numbers, given });
    if (fault) {
      report.faults.push(fault);
      continue;
    }
    for (const { key } of entry.names) given.set(key, entry.line);
    wanted.push(entry);
  }
  return wanted;
}

async function accountsOf(
  { database, newId, now }: Pick<Needs, 'database' | 'newId' | 'now'>,
  wanted: readonly Entry[],
): Promise<AccountToCreate[]> {
  const nameless = wanted.filter(({ account }) => account.username === null);
  const taken = new Set(wanted.flatMap(({ names }) => names.map(({ key }) => key)));
  const sources = nameless.map(({ account }) => sourceOf(account));
  const derived = await findFreeUsernames(database, sources, { taken });
  const usernames = new Map(nameless.map((entry, i) => [entry, derived[i] ?? '']));
  const accounts: AccountToCreate[] = [];
  for (const entry of wanted) {
    const username = entry.account.username ?? usernames.get(entry) ?? '';
    accounts.push(createdOf(await newId('accounts'), entry, username, now().toISOString()));
  }
  return accounts;
}

/** What it will claim; a username that is still to be derived is none of it. */
function namesOfImported({ phone, phoneVerified, ...account }: ImportedAccount): Name[] {
  return namesOf({ ...account, provedPhone: phoneVerified ? phone : null });
}

/** Whether one account has its names: all of them, or, if it was created at the same time, some. The others may have changed since. */
function isThere({ account, names }: Entry, holders: ReadonlyMap<string, NameHolder>): boolean {
  const found = names.flatMap(({ key }) => holders.get(key) ?? []);
  const [first] = found;
  if (!first || found.some(({ id }) => id !== first.id)) return false;
  return account.createdAt === null
    ? found.length === names.length
    : account.createdAt === first.createdAt;
}

function faultOf({ line, names }: Entry, { holders, numbers, given }: Taken): ImportFault | null {
  for (const { key, field } of names) {
    if (numbers.has(key)) {
      return faultIn(line, invalid(field, 'is the number of another account; change it'));
    }
    const holder = holders.get(key);
    const other = given.get(key);
    if (holder === undefined && other === undefined) continue;
    const where = holder ? `by account ${holder.id}` : `by line ${other}`;
    return faultIn(line, invalid(field, `is taken ${where}; change it, or remove it`));
  }
  return null;
}

function faultIn(line: number, error: unknown): ImportFault {
  if (!(error instanceof DomainError)) throw error;
  return { line, field: error.fields[0]?.field ?? null, message: error.message };
}

function sourceOf({ displayName, email, loginName }: ImportedAccount): string {
  return displayName ?? email ?? loginName ?? '';
}

function createdOf(
  id: number,
  { line, account }: Entry,
  username: string,
  now: string,
): AccountToCreate {
  const { createdAt, emailVerified, phone, phoneVerified, loginName, ...given } = account;
  const at = createdAt ?? now;
  const row = newAccountRow({
    ...given,
    id,
    username,
    ...(loginName === null ? {} : { loginName }),
    emailVerifiedAt: emailVerified ? at : null,
    at,
  });
  const numbered = { phone, phone_verified_at: phoneVerified ? at : null, updated_at: now };
  const entry = {
    action: 'account.imported' as const,
    actorId: null,
    address: '',
    details: { line },
  };
  return { row: { ...row, ...numbered }, entry };
}
