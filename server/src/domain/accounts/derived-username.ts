import type { Db } from '../../db/database.ts';
import { checkUsername, foldName } from './account.ts';
import { readNameHolders } from './account-name-store.ts';

/** Leaves room for nine digits below the longest username. */
const maxSlugLength = 21;
/** For names without a letter that a username may have. */
const plainWord = 'user';

/** A username made of a name or the local part of an e-mail: `María José` becomes `maria-jose`. Others may have it. */
export function usernameSlug(source: string): string {
  const slug = source
    .replace(/@.*$/s, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .slice(0, maxSlugLength)
    .replace(/^[-.]+|[-.]+$/g, '');
  // Digits alone would be read as an account's number.
  if (/^\d+$/.test(slug)) return `${plainWord}-${slug}`.slice(0, maxSlugLength);
  return slug === '' ? plainWord : slug;
}

/**
 * Usernames for somebody who has not chosen one, the nicest first: from the first of the texts that has letters for one, or a
 * plain word; then the same with numbers.
 * @param chance gives numbers in [0, 1)
 */
export function usernameCandidates(
  texts: ReadonlyArray<string | null>,
  chance: () => number,
): string[] {
  const base =
    texts.map((text) => usernameSlug(text ?? '')).find((s) => s !== plainWord && isAllowed(s)) ??
    plainWord;
  // Many of one name at once would meet at each small number.
  const drawn = [4, 6, 8].map((digits) =>
    String(Math.floor((0.1 + 0.9 * chance()) * 10 ** digits)),
  );
  const numbers = ['2', '3', '4', '5', '6', '7', '8', '9', ...drawn];
  return ['', ...numbers].map((number) => `${base}${number}`).filter(isAllowed);
}

type Choice = {
  chance?: () => number;
  /** Folded names that are given away already, but not written yet. */
  taken?: ReadonlySet<string>;
};

/**
 * A free username for each source, in their order, no two the same: the slug, or the slug with a number. Asks once per
 * round, whatever the number of sources. Somebody else may take one before it is written; the unique names decide.
 */
export async function findFreeUsernames(
  db: Db,
  sources: readonly string[],
  { chance = Math.random, taken = new Set() }: Choice = {},
): Promise<string[]> {
  const given = new Set(taken);
  const found = new Map<number, string>();
  for (let round = 0; found.size < sources.length; round += 1) {
    const open = sources
      .map((source, i) => ({ i, wishes: wishesOf(usernameSlug(source), round, chance) }))
      .filter(({ i }) => !found.has(i));
    const holders = await readNameHolders(
      db,
      open.flatMap(({ wishes }) => wishes.map(foldName)),
    );
    for (const { i, wishes } of open) {
      const free = wishes.find(
        (wish) => !holders.has(foldName(wish)) && !given.has(foldName(wish)),
      );
      if (free === undefined) continue;
      given.add(foldName(free));
      found.set(i, free);
    }
  }
  return sources.map((_, i) => found.get(i) ?? '');
}

/** First the slug and small numbers, then numbers drawn from a range that grows tenfold each round. */
function wishesOf(slug: string, round: number, chance: () => number): string[] {
  if (round === 0) return [slug, ...[2, 3, 4].map((n) => `${slug}${n}`)].filter(isAllowed);
  const range = 10 ** Math.min(9, round + 2);
  return Array.from({ length: 4 }, () => `${slug}${Math.floor(chance() * range)}`);
}

function isAllowed(username: string): boolean {
  try {
    checkUsername(username);
    return true;
  } catch {
    return false;
  }
}
