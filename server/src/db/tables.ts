import {
  account_names,
  accounts,
  audit_log,
  identities,
  user_documents,
} from './tables/accounts.ts';
import { blocks, follows, likes, media, posts, reports, upload_names } from './tables/content.ts';
import {
  broadcasts,
  done_events,
  id_ranges,
  idempotency_keys,
  outbox,
} from './tables/exactness.ts';
import {
  devices,
  event_templates,
  group_events,
  group_members,
  groups,
  notification_settings,
  notifications,
} from './tables/reaching.ts';
import {
  app_passwords,
  passkeys,
  recovery_codes,
  sessions,
  totp_keys,
  verifications,
} from './tables/sign-in.ts';

/**
 * Every table of the newest schema. Parents come before the tables that refer to them: rows can be written in this order and
 * deleted in the opposite one.
 */
export const tables = {
  accounts,
  account_names,
  user_documents,
  identities,
  audit_log,
  sessions,
  verifications,
  totp_keys,
  recovery_codes,
  passkeys,
  app_passwords,
  posts,
  media,
  upload_names,
  likes,
  follows,
  blocks,
  reports,
  devices,
  notifications,
  notification_settings,
  groups,
  group_members,
  event_templates,
  group_events,
  idempotency_keys,
  outbox,
  done_events,
  broadcasts,
  id_ranges,
};

export type TableName = keyof typeof tables;

/** The names of all tables, parents first. */
export const tableNames = Object.keys(tables) as readonly TableName[];
