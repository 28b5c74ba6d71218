import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '../src');

/** Where who may see what is decided; and what the columns are. */
const homes = ['domain/visibility/', 'db/tables/', 'db/migrations/'];

/** Files that name these columns without deciding by them who may see what. Each with its reason. */
const others: Record<string, string> = {
  'app/seed/large-set-rows.ts': 'writes accounts and posts',
  'domain/accounts/account-store.ts': 'writes accounts',
  'domain/accounts/new-account.ts': 'has the row of a new account',
  'domain/administration/account-admin.ts': 'shows admins when an account was disabled',
  'domain/feeds/author-store.ts':
    'finds the place of a page by its keys; the rules judge each post',
  'domain/feeds/timeline-store.ts':
    'finds the place of a page by its keys; the rules judge each post',
  'domain/administration/disabling.ts': 'disables and enables accounts',
  'domain/administration/target-account.ts': 'writes accounts that are locked out',
  'domain/posts/new-draft.ts': 'has the row of a new draft',
  'domain/posts/post.ts': 'tells drafts from published posts, because drafts can be changed freely',
  'domain/posts/replying.ts': 'counts a reply again, or no more, by whether it was counted',
  'domain/posts/writing.ts': 'writes posts',
  'domain/posts/post-store.ts': 'writes posts, and finds drafts by their author',
};

const states = `'(?:draft|scheduled|published|deleted)'`;

/** What reads a column, or a state, to decide by it. */
const decisions: Record<string, RegExp> = {
  'the standing of an account': /\b(?:disabled_at|deleted_at)\b/,
  'the place of a hidden post': /\bhidden_key\b/,
  'a feed key as a condition':
    /(?:where|eb)\(\s*'(?:\w+\.)?feed_key'|\bfeed_key\s*(?:[!=]==?|[<>])/,
  'the state of a post': new RegExp(
    `state'?,\\s*'(?:=|<>|!=|in|not in)',\\s*\\[?${states}|state\\s*[!=]==?\\s*${states}|${states}\\s*[!=]==?\\s*[\\w.?]*state\\b|case ${states}`,
  ),
};

type File = { name: string; text: string };

/** Lines that decide who may see what, as `file: what`. */
function decisionsIn(files: readonly File[]): string[] {
  return files.flatMap(({ name, text }) => {
    if (homes.some((home) => name.startsWith(home))) return [];
    // A query is formatted over several lines.
    const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    return Object.entries(decisions)
      .filter(([, pattern]) => pattern.test(code))
      .map(([what]) => `${name}: ${what}`);
  });
}

function filesOf(folder: string): File[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

const advice =
  'Ask canSee or isActive of domain/visibility/visibility.ts, or a predicate of visibility-store.ts. A file that only writes these columns goes into `others` with its reason.';

describe('who may see what', () => {
  const found = decisionsIn(filesOf(source));

  it('is decided in domain/visibility/ alone', () => {
    const elsewhere = found.filter((line) => !Object.hasOwn(others, fileOf(line)));

    expect(elsewhere, advice).toEqual([]);
  });

  it('has no exceptions that are needed no longer', () => {
    const used = new Set(found.map(fileOf));

    expect(Object.keys(others).filter((name) => !used.has(name))).toEqual([]);
  });

  it.each([
    ['the standing of an account', `query.where('accounts.disabled_at', 'is', null)`],
    ['the standing of an account', `if (!row || row.deleted_at) throw noSuchAccount();`],
    ['the place of a hidden post', `const isHidden = row.hidden_key !== null;`],
    ['a feed key as a condition', `.where('posts.feed_key', '>=', 0)`],
    ['a feed key as a condition', `eb('feed_key', 'is not', null)`],
    ['a feed key as a condition', `const isPublic = post.feed_key !== null;`],
    ['the state of a post', `.where('state', '=', 'published')`],
    ['the state of a post', `eb('posts.state', 'in', ['published', 'draft'])`],
    ['the state of a post', `.where(\n  'state',\n  '<>',\n  'deleted',\n)`],
    ['the state of a post', `if (post?.state !== 'published') return [];`],
    ['the state of a post', `const isOwn = row.post_state === 'draft';`],
  ])('a planted decision is caught: %s: %s', (what, code) => {
    const name = 'domain/planted/planted-store.ts';

    expect(decisionsIn([{ name, text: `export const x = 1;\n${code}\n` }])).toEqual([
      `${name}: ${what}`,
    ]);
  });

  it('may be spoken of, written and ordered by', () => {
    const text = `
      /** Hides posts: disabled_at is set. */
      // deleted_at of the row
      const row = { state: 'published', feed_key: newKey() };
      query.select(['feed_key', 'id']).orderBy('feed_key', 'desc');
      if (media.state === 'ready') return;
    `;

    expect(decisionsIn([{ name: 'domain/planted.ts', text }])).toEqual([]);
  });
});

function fileOf(line: string): string {
  return line.slice(0, line.indexOf(': '));
}
