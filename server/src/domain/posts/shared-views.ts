import type { PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { isDraft, type PostView } from './post.ts';
import type { StatesOfPosts } from './viewer-state.ts';

/** What a view of a post is made of, apart from what is so between the post and the viewer. */
export type ViewParts = { post: PostRow; author: AccountCard; files: PostView['media'] };

export type MakeView = (parts: ViewParts, states: StatesOfPosts) => PostView;

/** What was made of a row: by the states of the viewer, as long as the other parts are the same objects. */
type Made = Omit<ViewParts, 'post'> & {
  liked: PostView | undefined;
  notLiked: PostView | undefined;
};

/**
 * Makes views of posts. Where rows are remembered (`post-memories.ts`), all who see the same of a post get the same object, so
 * that contracts can keep what they make of it (`contracts/fragments.ts`). It goes with its row: nothing must forget it.
 */
export function sharedViews(areRowsKept: boolean): MakeView {
  if (!areRowsKept) return (parts, { likedByMe }) => viewOf(parts, likedByMe.has(parts.post.id));
  const made = new WeakMap<PostRow, Made>();

  return (parts, { likedByMe }) => {
    const { post, author, files } = parts;
    let known = made.get(post);
    if (known?.author !== author || known.files !== files) {
      known = { author, files, liked: undefined, notLiked: undefined };
      made.set(post, known);
    }
    if (!likedByMe.has(post.id)) {
      known.notLiked ??= viewOf(parts, false);
      return known.notLiked;
    }
    known.liked ??= viewOf(parts, true);
    return known.liked;
  };
}

/** The files of a post that has none. */
export const noFiles: PostView['media'] = [];

function viewOf({ post, author, files }: ViewParts, likedByMe: boolean): PostView {
  // Nearly no post has a document; then nothing is copied.
  const hasDocument = files.some((file) => file.isDocument);
  return {
    id: post.id,
    state: isDraft(post) ? 'draft' : 'published',
    text: post.text,
    author,
    media: hasDocument ? files.filter((file) => !file.isDocument) : files,
    documents: hasDocument ? files.filter((file) => file.isDocument) : noFiles,
    replyToId: post.reply_to_id,
    rootId: post.root_id,
    replyCount: post.reply_count,
    likeCount: post.like_count,
    likedByMe,
    createdAt: post.created_at,
    updatedAt: post.updated_at,
    publishedAt: post.published_at,
    feedKey: post.feed_key,
  };
}
