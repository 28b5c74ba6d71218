import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Counters, Now, TextMessages } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { phoneAsking } from './asking.ts';
import { phoneConfirming } from './confirming.ts';
import { phoneRemoving } from './removing.ts';
import { codeSending } from './sending.ts';
import { textThrottle } from './text-throttle.ts';

type Needs = {
  database: Database;
  now: Now;
  verifications: VerificationService;
  texts: TextMessages;
  counters: Counters;
  audit: AuditLog;
  codeLifeMs: number;
  maxTextsPerCountryAndDay: number;
};

/** Proves that a phone is somebody's, by a code that is sent there; a proved number belongs to one account. */
export type PhoneService = ReturnType<typeof phoneAsking> &
  ReturnType<typeof phoneConfirming> &
  ReturnType<typeof phoneRemoving> &
  ReturnType<typeof codeSending>;

export function phoneService(needs: Needs): PhoneService {
  const { database, now, verifications, texts, counters, audit, codeLifeMs } = needs;
  const throttle = textThrottle(counters, { perCountryAndDay: needs.maxTextsPerCountryAndDay });
  return {
    ...phoneAsking({ database, now, verifications, throttle, audit, codeLifeMs }),
    ...phoneConfirming({ database, now, verifications, audit }),
    ...phoneRemoving({ database, now, verifications, audit }),
    ...codeSending({ database, now, verifications, texts, audit }),
  };
}
