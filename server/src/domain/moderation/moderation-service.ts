import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { MediaService } from '../media/media-service.ts';
import type { Now } from '../ports.ts';
import { pictureRemoval } from './picture-removal.ts';
import { postRemoval } from './post-removal.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  media: Pick<MediaService, 'discard' | 'clearAvatar'>;
};

/** Removes what others posted: at once, everywhere, and without a way back. The author is told why. */
export type ModerationService = Pick<ReturnType<typeof postRemoval>, 'removePost'> &
  ReturnType<typeof pictureRemoval>;

export function moderationService(needs: Needs): ModerationService {
  const posts = postRemoval(needs);
  const { removePost } = posts;
  return { removePost, ...pictureRemoval({ ...needs, posts }) };
}
