import type { Logger } from 'pino';
import { fcm } from '../adapters/push/fcm.ts';
import type { PushSenders } from '../domain/devices/push-service.ts';
import type { Now } from '../domain/ports.ts';
import type { PushConfig } from './push-settings.ts';

/** Opens the way to push services; what speaks to browsers is loaded only where it is set up. */
export async function openPush(config: PushConfig, { now }: { now: Now }): Promise<PushSenders> {
  const apps = config.fcm && fcm({ now, ...config.fcm });
  if (!config.webPush) return { apps, web: null };
  const { webPushSender } = await import('../adapters/push/web-push.ts');
  return { apps, web: webPushSender({ now, ...config.webPush }) };
}

export const serverKeyHint =
  'FCM_SERVER_KEY is not used: Google closed the API that it was for in 2024. Set FCM_SERVICE_ACCOUNT_FILE to the key file of a service account (Firebase console, project settings, service accounts), then remove it';

/** Says once, at the start of a worker, who is not sent anything. */
export function tellOfPush({ fcm: apps, webPush, hasServerKey }: PushConfig, log: Logger): void {
  if (hasServerKey) log.warn(serverKeyHint);
  const missing = [
    ...(apps ? [] : ['to apps (FCM_SERVICE_ACCOUNT_FILE)']),
    ...(webPush ? [] : ['to browsers (VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY)']),
  ];
  if (missing.length > 0)
    log.info(`pushes are not set up ${missing.join(' and ')}; they are skipped`);
}
