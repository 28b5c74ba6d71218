import { createFeed, type Post } from 'rookery-client';
import { client } from './client';
import { composer } from './composer';
import { element } from './dom';
import { postCard } from './post-card';

/** The timeline, which grows while one scrolls and changes while others act. */
export function timelineView() {
  const feed = createFeed(client, 'readTimeline', { query: { limit: 10 } });
  const ended = new AbortController();
  const badge = element('span', { className: 'badge', hidden: true });
  const list = element('section');
  const note = element('p', { className: 'note' });
  const cards = new Map<number, { post: Post; card: HTMLElement }>();

  function render(): void {
    const { items, hasMore, isLoading, error } = feed.getState();
    const nodes = items.map((post) => {
      const known = cards.get(post.id);
      if (known?.post === post) return known.card;
      const card = postCard(post, feed.update);
      cards.set(post.id, { post, card });
      return card;
    });
    // Only what changed is moved: pictures keep their place.
    nodes.forEach((node, at) => {
      if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
    });
    while (list.children.length > nodes.length) list.lastElementChild?.remove();
    note.textContent =
      error?.message ??
      (isLoading
        ? 'Loading …'
        : hasMore
          ? ''
          : items.length > 0
            ? 'That was all.'
            : 'Nothing yet. Show us something!');
  }

  async function listen(): Promise<void> {
    for await (const event of client.events({ signal: ended.signal })) {
      if (event.type === 'unread-count') {
        badge.hidden = event.data.count === 0;
        badge.textContent = `${event.data.count} new`;
      } else if (event.type === 'notification' && event.data.post) {
        feed.update(await client.call('readPost', { path: { id: event.data.post.id } }));
      } else {
        await feed.loadNew();
      }
    }
  }

  const more = new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting) void fill();
    },
    { rootMargin: '600px' },
  );

  /** The end of the list may still be in sight after a page. */
  async function fill(): Promise<void> {
    await feed.loadMore();
    if (feed.getState().error) return;
    more.unobserve(note);
    if (feed.getState().hasMore) more.observe(note);
  }

  feed.subscribe(render);
  more.observe(note);
  // It ends with the session, which the page notices by itself.
  listen().catch(() => {});
  const signOut = element('button', {}, 'Sign out');
  signOut.addEventListener('click', () => void client.logOut());

  return {
    nodes: [
      element('header', {}, element('div', {}, element('h1', {}, 'Dunes'), badge, signOut)),
      element('main', {}, composer(feed.prepend), list, note),
    ],
    leave() {
      ended.abort();
      more.disconnect();
      feed.close();
    },
  };
}
