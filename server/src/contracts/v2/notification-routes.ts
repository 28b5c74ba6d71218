import { Type } from 'typebox';
import { pageRequest } from '../../domain/paging.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { PageQuery, ref } from './fields.ts';
import {
  NotificationPageSchema,
  NotificationSettingsSchema,
  notificationPresenter,
  UnreadCountSchema,
} from './notification-wire.ts';
import { checkNotEmpty, linkNext, operation } from './operation.ts';

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
      { followed: isPushed, liked: isPushed, mentioned: isPushed },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, examples: [{ push: { liked: false } }] },
);

export function notificationRoutes(
  app: ContractApp,
  { services, publicUrl, viewer }: RouteContext,
): void {
  const { notifications } = services;
  const present = notificationPresenter(publicUrl);

  app.get(
    '/notifications',
    {
      schema: operation({
        id: 'listNotifications',
        summary: 'What others did, the latest first',
        description:
          'All likes of a post are one notification, which moves to the top when somebody joins. A walk through the pages shows none twice.',
        tag: 'notifications',
        errors: ['invalid'],
        signedIn: 'required',
        querystring: PageQuery,
        response: { 200: ref(NotificationPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const asked = pageRequest('notifications', request.query);
      const page = await notifications.list(await viewer(request), asked);
      linkNext(request, reply, publicUrl, page.nextCursor);
      return present.page(page);
    },
  );

  app.get(
    '/notifications/unread-count',
    {
      schema: operation({
        id: 'countUnreadNotifications',
        summary: 'How many notifications were not read yet',
        tag: 'notifications',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(UnreadCountSchema) },
      }),
    },
    async (request) => ({ count: await notifications.countUnread(await viewer(request)) }),
  );

  app.put(
    '/notifications/read',
    {
      schema: operation({
        id: 'markNotificationsRead',
        summary: 'Mark notifications as read, up to one',
        description: 'The mark only moves forward. Answers how many are unread after it.',
        tag: 'notifications',
        errors: ['invalid', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: ReadBody,
        response: { 200: ref(UnreadCountSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      await notifications.markRead(who, request.body.upTo);
      return { count: await notifications.countUnread(who) };
    },
  );

  app.get(
    '/me/notification-settings',
    {
      schema: operation({
        id: 'readNotificationSettings',
        summary: 'Read which notifications are pushed to your devices',
        tag: 'notifications',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(NotificationSettingsSchema) },
      }),
    },
    async (request) => ({ push: await notifications.readPushSettings(await viewer(request)) }),
  );

  app.patch(
    '/me/notification-settings',
    {
      schema: operation({
        id: 'updateNotificationSettings',
        summary: 'Change which notifications are pushed to your devices',
        tag: 'notifications',
        errors: ['invalid', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: SettingsChange,
        response: { 200: ref(NotificationSettingsSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      checkNotEmpty(request.body.push);
      return { push: await notifications.changePushSettings(who, request.body.push) };
    },
  );
}
