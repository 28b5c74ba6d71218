import { Type } from 'typebox';
import { checkNotEmpty } from './fields.ts';
import {
  NotificationPageSchema,
  NotificationSettingsSchema,
  notificationPresenter,
  UnreadCountSchema,
} from './notification-wire.ts';
import { route, type V2App } from './route.ts';

const ReadBody = Type.Object(
  {
    upTo: Type.String({
      maxLength: 64,
      description: '`cursor` of the latest notification that was seen.',
    }),
  },
  { additionalProperties: false, examples: [{ upTo: 'n7f3k2m9q0x' }] },
);

const isPushed = Type.Optional(Type.Boolean());

const SettingsChange = Type.Object(
  {
    push: Type.Object(
      { followed: isPushed, liked: isPushed, mentioned: isPushed, replied: isPushed },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, examples: [{ push: { liked: false } }] },
);

export function notificationRoutes(app: V2App): void {
  const { notifications } = app.services;
  const present = notificationPresenter(app.publicUrl);

  route(
    app,
    {
      at: 'GET /notifications',
      id: 'listNotifications',
      summary: 'What others did, the latest first',
      description:
        'All likes of a post are one notification, which moves to the top when somebody joins. A walk through the pages shows none twice.',
      tag: 'notifications',
      signedIn: 'required',
      page: 'notifications',
      response: { 200: NotificationPageSchema },
    },
    async ({ viewer, page }) => present.page(await notifications.list(viewer, page)),
  );

  route(
    app,
    {
      at: 'GET /notifications/unread-count',
      id: 'countUnreadNotifications',
      summary: 'How many notifications were not read yet',
      tag: 'notifications',
      signedIn: 'required',
      response: { 200: UnreadCountSchema },
    },
    async ({ viewer }) => ({ count: await notifications.countUnread(viewer) }),
  );

  route(
    app,
    {
      at: 'PUT /notifications/read',
      id: 'markNotificationsRead',
      summary: 'Mark notifications as read, up to one',
      description: 'The mark only moves forward. Answers how many are unread after it.',
      tag: 'notifications',
      signedIn: 'required',
      body: ReadBody,
      response: { 200: UnreadCountSchema },
    },
    async ({ viewer, body }) => {
      await notifications.markRead(viewer, body.upTo);
      return { count: await notifications.countUnread(viewer) };
    },
  );

  route(
    app,
    {
      at: 'GET /me/notification-settings',
      id: 'readNotificationSettings',
      summary: 'Read which notifications are pushed to your devices',
      tag: 'notifications',
      signedIn: 'required',
      response: { 200: NotificationSettingsSchema },
    },
    async ({ viewer }) => ({ push: await notifications.readPushSettings(viewer) }),
  );

  route(
    app,
    {
      at: 'PATCH /me/notification-settings',
      id: 'updateNotificationSettings',
      summary: 'Change which notifications are pushed to your devices',
      tag: 'notifications',
      signedIn: 'required',
      body: SettingsChange,
      response: { 200: NotificationSettingsSchema },
    },
    async ({ viewer, body: { push } }) => {
      checkNotEmpty(push);
      return { push: await notifications.changePushSettings(viewer, push) };
    },
  );
}
