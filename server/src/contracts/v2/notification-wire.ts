import { type Static, Type } from 'typebox';
import {
  type NotificationView,
  notificationKinds,
} from '../../domain/notifications/notification.ts';
import { cursorOf, type Page } from '../../domain/paging.ts';
import type { PostView } from '../../domain/posts/post.ts';
import { AccountCardSchema, accountPresenter, sampleCard } from './account-wire.ts';
import { id, nullable, pageSchema, ref, time } from './fields.ts';
import { MediaSchema, mediaPresenter } from './media-wire.ts';

/** Characters of a post's text that a notification shows. */
const excerptLength = 200;

const samplePost = { id: 1, text: 'First light.', author: sampleCard, picture: null };

const sampleNotification = {
  id: 'liked:1',
  kind: 'liked',
  post: samplePost,
  actors: [{ id: 2, username: 'bob', displayName: 'Bob', avatar: null }],
  actorCount: 1,
  createdAt: '2026-06-01T12:00:00.000Z',
  isRead: false,
  cursor: 'n7f3k2m9q0x',
};

const NotificationPostSchema = Type.Object(
  {
    id: id('Number of the post.'),
    text: Type.String({ description: 'Its first 200 characters.' }),
    author: ref(AccountCardSchema),
    picture: nullable(ref(MediaSchema)),
  },
  {
    $id: 'NotificationPost',
    description: 'A post beside a notification, with its first picture.',
    examples: [samplePost],
  },
);

export const NotificationSchema = Type.Object(
  {
    id: Type.String({ description: 'Stays while more people join.' }),
    kind: Type.Enum([...notificationKinds], {
      description:
        'All likes of a post are one notification. `replied`: somebody answered a post of yours, or a comment below it.',
    }),
    post: nullable(ref(NotificationPostSchema)),
    actors: Type.Array(ref(AccountCardSchema), {
      description: 'Up to three of those who did it, the latest first.',
    }),
    actorCount: Type.Integer({ description: 'How many did it.' }),
    createdAt: time('When somebody joined last.'),
    isRead: Type.Boolean(),
    cursor: Type.String({
      description: 'Its place in the list, which is also the `id` of its live event.',
    }),
  },
  {
    $id: 'Notification',
    description: 'Something that others did.',
    examples: [sampleNotification],
  },
);

export const NotificationPageSchema = pageSchema(NotificationSchema);

export const UnreadCountSchema = Type.Object(
  { count: Type.Integer({ description: 'Notifications that were not read yet.' }) },
  { $id: 'UnreadCount', description: 'How much is unread.', examples: [{ count: 3 }] },
);

export const NotificationSettingsSchema = Type.Object(
  {
    push: Type.Object(
      {
        followed: Type.Boolean(),
        liked: Type.Boolean(),
        mentioned: Type.Boolean(),
        replied: Type.Boolean(),
      },
      { description: 'Which kinds are pushed to devices. The list has all of them.' },
    ),
  },
  {
    $id: 'NotificationSettings',
    description: 'Which notifications are pushed.',
    examples: [{ push: { followed: true, liked: false, mentioned: true, replied: true } }],
  },
);

/** What the OpenAPI document names of notifications. */
export const notificationSchemas = [
  NotificationPostSchema,
  NotificationSchema,
  NotificationPageSchema,
  UnreadCountSchema,
  NotificationSettingsSchema,
];

/** Turns notifications into what `/v2` says. */
export function notificationPresenter(publicUrl: string) {
  const { card } = accountPresenter(publicUrl);
  const media = mediaPresenter(publicUrl, null);

  function post(of: PostView): Static<typeof NotificationPostSchema> {
    const text = Array.from(of.text).slice(0, excerptLength).join('');
    const [picture] = of.media;
    // No notifications for a post that is not public.
    const shown = picture ? media(picture, null) : null;
    return { id: of.id, text, author: card(of.author), picture: shown };
  }

  function notification(of: NotificationView): Static<typeof NotificationSchema> {
    const { accountId: _accountId, key, ...shown } = of;
    return {
      ...shown,
      post: of.post ? post(of.post) : null,
      actors: of.actors.map(card),
      cursor: cursorOf('notifications', key),
    };
  }

  function page(of: Page<NotificationView>): Static<typeof NotificationPageSchema> {
    return { items: of.items.map(notification), nextCursor: of.nextCursor };
  }

  return { notification, page };
}
