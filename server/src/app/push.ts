import type { Logger } from 'pino';
import { fcm } from '../adapters/push/fcm.ts';
import type { PushSenders } from '../domain/devices/push-service.ts';
import type { Now } from '../domain/ports.ts';
import type { PushConfig } from './settings/push-settings.ts';

/** Opens the way to push services; what speaks to browsers is loaded only where it is set up. */
export async function openPush(config: PushConfig, { now }: { now: Now }): Promise<PushSenders> {
  const apps = config.fcm && fcm({ now, ...config.fcm });
  if (!config.webPush) return { apps, web: null };
  const { webPushSender } = await import('../adapters/push/web-push.ts');
  return { apps, web: webPushSender({ now, ...config.webPush }) };
}

/** Says once, at the start of a worker, who is not sent anything. */
export function tellOfPush({ fcm: apps, webPush }: PushConfig, log: Logger): void {
  const missing = [
    ...(apps ? [] : ['to apps (FCM_SERVICE_ACCOUNT_FILE)']),
    ...(webPush ? [] : ['to browsers (VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY)']),
  ];
  if (missing.length > 0)
    log.info(`pushes are not set up ${missing.join(' and ')}; they are skipped`);
}
