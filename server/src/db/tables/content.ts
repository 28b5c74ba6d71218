import {
  accountId,
  bigint,
  double,
  flag,
  idOf,
  integer,
  json,
  nullable,
  oneOf,
  table,
  text,
  time,
} from './table.ts';

export const posts = table({
  kind: 'content',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: integer,
    account_id: accountId('deleted'),
    state: oneOf('draft', 'published', 'deleted'),
    text: text(),
    has_media: flag,
    /** Place in every feed, set at publication (see domain/paging.ts); null for drafts, replies and hidden posts. */
    feed_key: nullable(bigint),
    /** The feed key of a published post, or the status key of a reply, while its author is disabled: it is in no feed and no count. */
    hidden_key: nullable(bigint),
    /**
     * Id of the post for clients that page by ids: the feed key of its first publication. It never changes, not even when the
     * post moves to a later place, is hidden or is deleted. Null for what was never published.
     */
    status_key: nullable(bigint),
    /** The post that this one answers; null for one that answers none. It stays when that post is deleted. */
    reply_to_id: nullable(idOf('posts')),
    /** The post that began the thread; null for one that answers none. */
    root_id: nullable(idOf('posts')),
    like_count: integer,
    /** How many published posts of active authors answer this one directly. */
    reply_count: integer,
    created_at: time,
    updated_at: time,
    published_at: nullable(time),
  },
});

export const media = table({
  kind: 'content',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: integer,
    account_id: accountId('deleted'),
    /**
     * `given-back`: a picture of a post that is served as it was uploaded, with its metadata. `file`: a file that is no
     * picture, kept for the contract that accepted it. `document`: such a file, shown by a post.
     */
    purpose: oneOf('post', 'given-back', 'avatar', 'file', 'document'),
    post_id: nullable(idOf('posts')),
    position: integer,
    state: oneOf('processing', 'ready', 'failed'),
    /** Blob key of the bytes as they were uploaded. */
    original_key: text(128),
    content_type: text(64),
    bytes: bigint,
    /** Unguessable part of the variants' URLs; 32 hex digits. */
    public_key: text(32),
    alt: text(),
    width: integer,
    height: integer,
    /** Whether it has a variant that moves. */
    is_animated: flag,
    /** The uploaded file's name without its folder; null if it had none. */
    file_name: nullable(text(255)),
    blurhash: nullable(text(64)),
    /** JSON: list of `{ size, width, height, contentType, bytes }`. */
    variants: json,
    /** From EXIF, cleaned; null if it is not there. */
    camera_make: nullable(text(64)),
    camera_model: nullable(text(64)),
    /** ISO 8601 by the camera's clock, with its UTC offset if known; not comparable with other times. */
    taken_at: nullable(text(25)),
    /** In degrees; both null unless the uploader asked to keep the location. */
    latitude: nullable(double),
    longitude: nullable(double),
    created_at: time,
  },
});

/** The name of the file that became a draft; free again when the post is deleted. */
export const upload_names = table({
  kind: 'content',
  key: ['account_id', 'name'],
  owner: 'account_id',
  columns: { account_id: accountId('deleted'), name: text(255), post_id: idOf('posts') },
});

export const likes = table({
  kind: 'content',
  key: ['post_id', 'account_id'],
  owner: 'account_id',
  columns: {
    post_id: idOf('posts'),
    account_id: accountId('deleted'),
    like_key: bigint,
    /** 1: the account is disabled, and the post does not count the like. */
    hidden: flag,
  },
});

export const follows = table({
  kind: 'content',
  key: ['follower_id', 'followee_id'],
  owner: 'follower_id',
  columns: {
    follower_id: accountId('deleted'),
    followee_id: accountId('deleted'),
    follow_key: bigint,
    /** 1: the follower is disabled, and the followee does not count it. */
    follower_hidden: flag,
    /** 1: the followee is disabled, and the follower does not count it. */
    followee_hidden: flag,
  },
});

export const blocks = table({
  kind: 'content',
  key: ['account_id', 'target_id'],
  owner: 'account_id',
  columns: {
    /** Who has blocked the other one. */
    account_id: accountId('deleted'),
    target_id: accountId('deleted'),
    block_key: bigint,
  },
});

export const reports = table({
  kind: 'content',
  key: ['id'],
  owner: 'target_id',
  columns: {
    /** Ordered by time, see domain/paging.ts. */
    id: bigint,
    reporter_id: accountId({ keptBecause: 'moderators still decide on the report' }),
    /** Who is reported. */
    target_id: accountId('deleted'),
    /** JSON: the reported posts as they were then, a list of `{ id, text }`. */
    posts: json,
    category: oneOf(
      'spam',
      'harassment',
      'hate',
      'sexual',
      'violence',
      'self-harm',
      'illegal',
      'other',
    ),
    comment: text(),
    state: oneOf('open', 'resolved'),
    action: nullable(oneOf('none', 'remove-posts')),
    note: nullable(text()),
    resolver_id: nullable(accountId({ keptBecause: 'it says who decided' })),
    resolved_at: nullable(time),
    created_at: time,
  },
});
