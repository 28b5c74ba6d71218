import { useEffect, useRef, useState } from 'react';
import { client } from './client';
import { Composer } from './composer';
import { PostCard } from './post-card';
import { useFeed, useLiveEvents } from './use-rookery';

/** The timeline, which grows while one scrolls and changes while others act. */
export function Timeline() {
  const { feed, items, hasMore, isLoading, error } = useFeed('readTimeline', {
    query: { limit: 10 },
  });
  const [unread, setUnread] = useState(0);
  const end = useRef<HTMLParagraphElement>(null);

  useLiveEvents(async (event) => {
    if (event.type === 'unread-count') {
      setUnread(event.data.count);
    } else if (event.type === 'notification' && event.data.post) {
      feed.update(await client.call('readPost', { path: { id: event.data.post.id } }));
    } else {
      await feed.loadNew();
    }
  });

  // Again after each page, as the end of the list may still be in sight.
  useEffect(() => {
    const more = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void feed.loadMore();
      },
      { rootMargin: '600px' },
    );
    if (end.current && hasMore && !error) more.observe(end.current);
    return () => more.disconnect();
  }, [feed, items.length, hasMore, error]);

  const note =
    error?.message ??
    (isLoading
      ? 'Loading …'
      : hasMore
        ? ''
        : items.length > 0
          ? 'That was all.'
          : 'Nothing yet. Show us something!');

  return (
    <>
      <header>
        <div>
          <h1>Dunes</h1>
          {unread > 0 && <span className="badge">{unread} new</span>}
          <button onClick={() => void client.logOut()}>Sign out</button>
        </div>
      </header>
      <main>
        <Composer onPost={feed.prepend} />
        <section>
          {items.map((post) => (
            <PostCard key={post.id} post={post} onChange={feed.update} />
          ))}
        </section>
        <p className="note" ref={end}>
          {note}
        </p>
      </main>
    </>
  );
}
