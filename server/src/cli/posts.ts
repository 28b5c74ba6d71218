import { Command } from 'commander';
import { operator } from '../domain/authority.ts';
import type { Page, PageRequest } from '../domain/paging.ts';
import type { PostView } from '../domain/posts/post.ts';
import { countOption, idArgument, type Json, jsonOption, reasonOption } from './options.ts';
import { printResult, printRows } from './print.ts';
import { quiet, withApp } from './with-app.ts';

type ListOptions = Json & { account?: string; limit: number };

const largestPage = 100;
const shownText = 60;

export function postsCommand(): Command {
  const posts = new Command('posts').description('list published posts, and remove them');
  posts
    .command('list')
    .description('list published posts, newest first')
    .option('--account <username>', 'only posts of this account')
    .addOption(countOption('--limit', 'how many at most', 1_000_000).default(50))
    .addOption(jsonOption())
    .action(list);
  posts
    .command('remove')
    .description('permanently remove a post, and mail its author the reason')
    .addArgument(idArgument('<post>', 'id of the post'))
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (id: number, { reason, json }: Json & { reason: string }) => {
      await withApp(quiet(), ({ services }) =>
        services.moderation.removePost(operator, id, reason),
      );
      const line = `removed post ${id}; a worker deletes its pictures and mails the author`;
      printResult({ removed: id, reason }, { json, lines: () => line });
    });
  return posts;
}

async function list({ account, limit, json }: ListOptions): Promise<void> {
  const found = await withApp(quiet(), ({ services: { feeds } }) =>
    collect(limit, (page) =>
      account === undefined
        ? feeds.explore(null, 'all', page)
        : feeds.byAuthor(null, { username: account, filter: 'all' }, page),
    ),
  );
  printRows(found, { json, titles, row: rowOf, none: 'No posts found.' });
}

async function collect(
  limit: number,
  read: (page: PageRequest) => Promise<Page<PostView>>,
): Promise<PostView[]> {
  const found: PostView[] = [];
  for (;;) {
    const before = found.at(-1)?.feedKey ?? null;
    const page = await read({ before, limit: Math.min(largestPage, limit - found.length) });
    found.push(...page.items);
    if (page.nextCursor === null || found.length >= limit) return found;
  }
}

const titles = {
  id: 'ID',
  author: 'AUTHOR',
  published: 'PUBLISHED',
  pictures: 'PICTURES',
  text: 'TEXT',
};

function rowOf({ id, author, publishedAt, media, text }: PostView): typeof titles {
  const line = text.replace(/\s+/g, ' ');
  return {
    id: String(id),
    author: author.username,
    published: publishedAt?.slice(0, 16).replace('T', ' ') ?? '',
    pictures: media.map((picture) => picture.id).join(' ') || '-',
    text: line.length > shownText ? `${line.slice(0, shownText - 1)}…` : line,
  };
}
