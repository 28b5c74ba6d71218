import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { hasPicture, type PostRule } from '../posts/post-rules.ts';
import type { Viewer } from '../viewer.ts';
import type { FeedMemory } from './feed-memory.ts';
import { type FeedFilter, listByAuthor, listExplore } from './feed-store.ts';
import { postPipeline, type Skeleton } from './post-pipeline.ts';

type Needs = {
  database: Database;
  accounts: Pick<AccountService, 'findIdFor'>;
  feedMemory: FeedMemory;
  postReader: PostReader;
};

/** Lists the posts of everybody, and of one account. */
export function postListing({ database, accounts, feedMemory, postReader }: Needs) {
  /** Posts of everybody. */
  function explore(
    viewer: Viewer | null,
    filter: FeedFilter,
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const skeleton: Skeleton = (part) => listExplore(database, filter, part);
    const pipeline = postPipeline(postReader, skeleton, {
      viewer,
      place: 'discovery',
      rule: ruleOf(filter),
    });
    return readPage('posts', page, pipeline);
  }

  /** Posts of one account. @throws DomainError `not_found` */
  async function byAuthor(
    viewer: Viewer | null,
    { username, filter }: { username: string; filter: FeedFilter },
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const authorId = await accounts.findIdFor(viewer, username);
    const skeleton: Skeleton = async (part) =>
      (await feedMemory.byAuthor(authorId, filter, part)) ??
      (await listByAuthor(database, authorId, filter, part));
    const pipeline = postPipeline(postReader, skeleton, {
      viewer,
      place: 'list',
      rule: ruleOf(filter),
    });
    return readPage('posts', page, pipeline);
  }

  return { explore, byAuthor };
}

function ruleOf(filter: FeedFilter): PostRule | null {
  return filter === 'with-media' ? hasPicture : null;
}
