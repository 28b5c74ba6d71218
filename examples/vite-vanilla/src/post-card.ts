import { imageUrl, type Post, srcset } from 'rookery-client';
import { client } from './client';
import { element } from './dom';

/** A post with its pictures. */
export function postCard(post: Post, onChange: (post: Post) => void): HTMLElement {
  const pictures = post.media.map((media) => {
    const picture = element('img', {
      loading: 'lazy',
      alt: media.alt,
      width: media.width,
      height: media.height,
      sizes: '(min-width: 38rem) 36rem, 100vw',
      srcset: srcset(media),
      src: imageUrl(media) ?? '',
    });
    picture.style.aspectRatio = `${media.width} / ${media.height}`;
    return picture;
  });
  const like = element(
    'button',
    { className: 'like' },
    `${post.likedByMe ? '♥' : '♡'} ${post.likeCount}`,
  );
  like.ariaPressed = String(post.likedByMe);
  like.ariaLabel = `Like, ${post.likeCount} so far`;
  like.addEventListener('click', async () => {
    like.disabled = true;
    const operation = post.likedByMe ? 'unlike' : 'like';
    try {
      onChange(await client.call(operation, { path: { id: post.id } }));
    } catch {
      like.disabled = false;
    }
  });
  const at = new Date(post.publishedAt ?? post.createdAt);
  return element(
    'article',
    { className: 'card post' },
    ...pictures,
    element(
      'div',
      { className: 'body' },
      element(
        'p',
        { className: 'by' },
        post.author.displayName,
        element(
          'time',
          { dateTime: at.toISOString() },
          at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }),
        ),
      ),
      element('p', { className: 'text' }, post.text),
      like,
    ),
  );
}
