import type { RowOf } from './tables/table.ts';
import type { TableName, tables } from './tables.ts';

export type { Flag } from './tables/table.ts';

/** The rows of every table by its name; what the columns mean is in `tables/`. */
export type Schema = { [T in TableName]: RowOf<(typeof tables)[T]['columns']> };

export type AccountRow = Schema['accounts'];
export type AccountNameRow = Schema['account_names'];
export type UserDocumentRow = Schema['user_documents'];
export type IdentityRow = Schema['identities'];
export type AuditLogRow = Schema['audit_log'];
export type SessionRow = Schema['sessions'];
export type VerificationRow = Schema['verifications'];
export type TotpKeyRow = Schema['totp_keys'];
export type RecoveryCodeRow = Schema['recovery_codes'];
export type PasskeyRow = Schema['passkeys'];
export type AppPasswordRow = Schema['app_passwords'];
export type PostRow = Schema['posts'];
export type MediaRow = Schema['media'];
export type UploadNameRow = Schema['upload_names'];
export type LikeRow = Schema['likes'];
export type FollowRow = Schema['follows'];
export type BlockRow = Schema['blocks'];
export type ReportRow = Schema['reports'];
export type DeviceRow = Schema['devices'];
export type NotificationRow = Schema['notifications'];
export type NotificationSettingsRow = Schema['notification_settings'];
export type GroupRow = Schema['groups'];
export type GroupMemberRow = Schema['group_members'];
export type EventTemplateRow = Schema['event_templates'];
export type GroupEventRow = Schema['group_events'];
export type OutboxRow = Schema['outbox'];
