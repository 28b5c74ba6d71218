import type { Now, PushMessage, PushSender } from '../../domain/ports.ts';
import { breaker } from '../breaker.ts';
import { googleToken, type ServiceAccount } from './google-token.ts';
import { isOutageStatus, isPushOutage, pushOutage } from './outage.ts';

export type FcmOptions = {
  now: Now;
  account: ServiceAccount;
  /** `https://fcm.googleapis.com`, without a slash at the end. */
  baseUrl: string;
  timeoutMs?: number;
};

const machine = 'Firebase Cloud Messaging';

/** Apps on Android and iOS, through the HTTP v1 API of Firebase Cloud Messaging. */
export function fcm({ now, account, baseUrl, timeoutMs = 10_000 }: FcmOptions): PushSender {
  const guarded = breaker({ now, machine, label: 'fcm', isOutage: isPushOutage });
  const google = googleToken(account, { now, timeoutMs });
  const address = `${baseUrl}/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`;

  async function post(token: string, message: PushMessage): Promise<'sent' | 'gone'> {
    const authorization = `Bearer ${await google.read()}`;
    const answer = await fetch(address, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ message: fcmMessage(token, message, now()) }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    }).catch((cause: unknown) => {
      throw pushOutage(machine, { cause });
    });
    if (answer.ok) {
      await answer.body?.cancel();
      return 'sent';
    }
    return refusal(answer);
  }

  async function refusal(answer: Response): Promise<'gone'> {
    const { status, headers } = answer;
    const error = ((await answer.json().catch(() => ({}))) as { error?: FcmError }).error ?? {};
    if (isDeadToken(error)) return 'gone';
    if (status === 401) google.forget();
    if (isOutageStatus(status)) {
      throw pushOutage(machine, { status, retryAfter: headers.get('retry-after') });
    }
    throw new Error(`${machine} refused a message: ${status} ${error.status} ${error.message}`);
  }

  return {
    send: (token, message) => guarded(() => post(token, message)),
    async check() {
      await google.read();
    },
  };
}

/** google.firebase.fcm.v1 and google.rpc.Status, as far as they are read here. */
type FcmError = {
  status?: string;
  message?: string;
  details?: Array<{ errorCode?: string; fieldViolations?: Array<{ field?: string }> }>;
};

/** The app gave it up, or got it from another project: Firebase documents both as the end of a token. */
const deadCodes = new Set(['UNREGISTERED', 'SENDER_ID_MISMATCH']);

/** Only what is said about the token: a project that is not found, say, must not cost anybody their devices. */
function isDeadToken({ status, message = '', details = [] }: FcmError): boolean {
  if (details.some(({ errorCode = '' }) => deadCodes.has(errorCode))) return true;
  if (status === 'PERMISSION_DENIED') return /sender ?id mismatch/i.test(message);
  if (status !== 'INVALID_ARGUMENT') return false;
  const fields = details.flatMap(({ fieldViolations = [] }) => fieldViolations);
  return (
    fields.some(({ field }) => field === 'message.token') || /registration token/i.test(message)
  );
}

function fcmMessage(token: string, message: PushMessage, now: Date): object {
  const { title, body, data, collapseKey, ttlSeconds } = message;
  const expiration = Math.floor(now.getTime() / 1000) + ttlSeconds;
  return {
    token,
    notification: { title, body },
    data,
    android: {
      priority: 'HIGH',
      ttl: `${ttlSeconds}s`,
      ...(collapseKey === null ? {} : { collapse_key: collapseKey }),
    },
    apns: {
      headers: {
        'apns-expiration': String(expiration),
        ...(collapseKey === null ? {} : { 'apns-collapse-id': collapseKey }),
      },
      payload: { aps: { sound: 'default' } },
    },
  };
}
