import { foundation } from './0001-foundation.ts';
import { identity } from './0002-identity.ts';
import { uploadNames } from './0003-upload-names.ts';
import { userDocuments } from './0004-user-documents.ts';
import { groups } from './0005-groups.ts';
import { endsWith } from './0006-ends-with.ts';
import { forgetPlainFingerprints } from './0007-forget-plain-fingerprints.ts';
import { usedRefreshTokens } from './0008-used-refresh-tokens.ts';
import { olderClients } from './0009-older-clients.ts';
import { hiddenContent } from './0010-hidden-content.ts';
import { pictures } from './0011-pictures.ts';
import { idnNames } from './0012-idn-names.ts';
import { photoFacts } from './0013-photo-facts.ts';
import { parentsOfRefreshTokens } from './0014-parents-of-refresh-tokens.ts';
import { statusKeys } from './0015-status-keys.ts';
import { broadcasts } from './0016-broadcasts.ts';
import { eventCauses } from './0017-event-causes.ts';
import { longIds } from './0019-long-ids.ts';
import { replies } from './0020-replies.ts';
import { blocks } from './0021-blocks.ts';
import { reports } from './0022-reports.ts';
import type { Migration } from './migration.ts';

/** Every step, oldest first. */
export const migrations: readonly Migration[] = [
  foundation,
  identity,
  uploadNames,
  userDocuments,
  groups,
  endsWith,
  forgetPlainFingerprints,
  usedRefreshTokens,
  olderClients,
  hiddenContent,
  pictures,
  idnNames,
  photoFacts,
  parentsOfRefreshTokens,
  statusKeys,
  broadcasts,
  eventCauses,
  longIds,
  replies,
  blocks,
  reports,
];
