import { useState } from 'react';
import { imageUrl, type Post, srcset } from 'rookery-client';
import { client } from './client';

/** A post with its pictures. */
export function PostCard({ post, onChange }: { post: Post; onChange: (post: Post) => void }) {
  const [isBusy, setIsBusy] = useState(false);
  const at = new Date(post.publishedAt ?? post.createdAt);

  async function like(): Promise<void> {
    setIsBusy(true);
    const operation = post.likedByMe ? 'unlike' : 'like';
    try {
      onChange(await client.call(operation, { path: { id: post.id } }));
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <article className="card post">
      {post.media.map((media) => (
        <img
          key={media.id}
          loading="lazy"
          alt={media.alt}
          width={media.width}
          height={media.height}
          style={{ aspectRatio: `${media.width} / ${media.height}` }}
          sizes="(min-width: 38rem) 36rem, 100vw"
          srcSet={srcset(media)}
          src={imageUrl(media) ?? undefined}
        />
      ))}
      <div className="body">
        <p className="by">
          {post.author.displayName}{' '}
          <time dateTime={at.toISOString()}>
            {at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
        </p>
        <p className="text">{post.text}</p>
        <button
          className="like"
          disabled={isBusy}
          aria-pressed={post.likedByMe}
          aria-label={`Like, ${post.likeCount} so far`}
          onClick={() => like().catch(() => {})}
        >
          {post.likedByMe ? '♥' : '♡'} {post.likeCount}
        </button>
      </div>
    </article>
  );
}
