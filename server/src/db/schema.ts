/**
 * The tables, one type each, as every engine returns them: ids and flags are numbers, 64-bit keys are numbers below 2^53,
 * times are UTC ISO text of 24 characters (`2026-06-01T12:00:00.000Z`), JSON is text.
 */
export type Schema = {
  accounts: AccountRow;
  account_names: AccountNameRow;
  sessions: SessionRow;
  media: MediaRow;
  posts: PostRow;
  upload_names: UploadNameRow;
  user_documents: UserDocumentRow;
  likes: LikeRow;
  follows: FollowRow;
  verifications: VerificationRow;
  audit_log: AuditLogRow;
  identities: IdentityRow;
  totp_keys: TotpKeyRow;
  recovery_codes: RecoveryCodeRow;
  passkeys: PasskeyRow;
  app_passwords: AppPasswordRow;
  devices: DeviceRow;
  notifications: NotificationRow;
  notification_settings: NotificationSettingsRow;
  groups: GroupRow;
  group_members: GroupMemberRow;
  event_templates: EventTemplateRow;
  group_events: GroupEventRow;
  idempotency_keys: IdempotencyKeyRow;
  outbox: OutboxRow;
  done_events: DoneEventRow;
  id_ranges: IdRangeRow;
};

export type Flag = 0 | 1;

export type AccountRow = {
  id: number;
  /** As it was typed; the folded forms that must be unique are in `account_names`. */
  username: string;
  email: string | null;
  email_verified_at: string | null;
  login_name: string | null;
  /** In E.164 form (`+59898983510`); one that was never verified can only come from an import. */
  phone: string | null;
  phone_verified_at: string | null;
  /** Of mails and messages to the account. */
  language: string;
  last_login_at: string | null;
  display_name: string;
  /** The beginning of the display name, folded, for search; written by the store alone. */
  display_name_key: string;
  bio: string;
  role: 'user' | 'moderator' | 'admin';
  /** Argon2id in PHC form, or after an import what the older system had; null for an account that has no password. */
  password_hash: string | null;
  /** When its owner last chose a password by a link that was mailed; null: never. */
  recovered_at: string | null;
  avatar_media_id: number | null;
  /** The profile picture that is being made; it takes the place of the other when it is ready. */
  next_avatar_media_id: number | null;
  post_count: number;
  follower_count: number;
  following_count: number;
  /** Bytes of the originals that the account keeps, for its quota. */
  media_bytes: number;
  created_at: string;
  updated_at: string;
  disabled_at: string | null;
  deleted_at: string | null;
};

export type AccountNameRow = {
  /** Case-folded username, e-mail or login name, or a verified phone number. The primary key: no two accounts share a name of any kind. */
  name_key: string;
  account_id: number;
  kind: 'username' | 'email' | 'login_name' | 'phone';
};

export type SessionRow = {
  id: number;
  account_id: number;
  audience: string;
  /** Random part of every refresh token of this session; 32 hex digits. */
  seed: string;
  /** How often the refresh token was rotated; the token of a lower generation is a replay. */
  generation: number;
  /** The highest generation whose access token was used; null where nobody noted it, before 0008. */
  used_generation: number | null;
  /** The generation whose refresh token the newest was given for; null where nobody noted it, before 0014. */
  parent_generation: number | null;
  device: string;
  address: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  ended_at: string | null;
  /** The app password that opened it, and ends it when it is deleted. */
  app_password_id: number | null;
};

export type MediaRow = {
  id: number;
  account_id: number;
  /**
   * `given-back`: a picture of a post whose bytes were sent to be handed to everybody as they are, with their metadata.
   * `file`: bytes that are no picture, kept for the contract that took them. `document`: the same, as what a post shows.
   */
  purpose: 'post' | 'given-back' | 'avatar' | 'file' | 'document';
  post_id: number | null;
  position: number;
  state: 'processing' | 'ready' | 'failed';
  /** Blob key of the bytes as they were uploaded. */
  original_key: string;
  content_type: string;
  bytes: number;
  /** Unguessable part of the variants' address; 32 hex digits. */
  public_key: string;
  alt: string;
  width: number;
  height: number;
  /** Whether it has a variant that moves. */
  is_animated: Flag;
  /** As its owner named the file, without a folder; null where no name was given. */
  file_name: string | null;
  blurhash: string | null;
  /** JSON: list of `{ size, width, height, contentType, bytes }`. */
  variants: string;
  /** What the photo tells of itself, cleaned; null where it tells nothing. */
  camera_make: string | null;
  camera_model: string | null;
  /** ISO 8601 by the camera's clock, with the distance from UTC if the camera told it; not comparable with other times. */
  taken_at: string | null;
  /** In degrees; both null unless the uploader asked for it to be kept. */
  latitude: number | null;
  longitude: number | null;
  created_at: string;
};

export type PostRow = {
  id: number;
  account_id: number;
  state: 'draft' | 'published' | 'deleted';
  text: string;
  has_media: Flag;
  /** Place in every feed, set at publication (see domain/paging.ts); null for a draft, and for what is hidden. */
  feed_key: number | null;
  /** The feed key of a published post whose author is disabled: it is in no feed. */
  hidden_key: number | null;
  like_count: number;
  created_at: string;
  updated_at: string;
  published_at: string | null;
};

/** The name of the file that a draft was made of; free again when the post is deleted. */
export type UploadNameRow = { account_id: number; name: string; post_id: number };

/** What clients of an older contract keep about their user; made at the first login there, or the first change. */
export type UserDocumentRow = {
  account_id: number;
  /** JSON: the keys that were ever given. */
  content: string;
  last_login_at: string | null;
  /** The last login; null when somebody has signed out since. */
  active_since: string | null;
};

export type LikeRow = {
  post_id: number;
  account_id: number;
  like_key: number;
  /** 1: its account is disabled, and the post does not count it. */
  hidden: Flag;
};

export type FollowRow = {
  follower_id: number;
  followee_id: number;
  follow_key: number;
  /** 1: the follower is disabled, and the followee does not count it. */
  follower_hidden: Flag;
  /** 1: the followee is disabled, and the follower does not count it. */
  followee_hidden: Flag;
};

/** Something that somebody may use once to prove a thing; the secret itself is worked out of `seed` and the server's key. */
export type VerificationRow = {
  id: number;
  /** Null where nobody is known yet. */
  account_id: number | null;
  purpose: string;
  /** What is proved: an e-mail, a number; empty where there is nothing to name. */
  subject: string;
  /** JSON, of a shape that the purpose knows. */
  details: string;
  /** 32 hex digits. */
  seed: string;
  tries_left: number;
  created_at: string;
  expires_at: string;
  used_at: string | null;
  /** The session that asked for it, and ends it; null: it is bound to none. */
  session_id: number | null;
};

export type AuditLogRow = {
  /** Ordered by time, see domain/paging.ts. */
  id: number;
  action: string;
  /** Whom it happened to. */
  account_id: number | null;
  /** Who did it; null for somebody who was not signed in, and for the operator of the program. */
  actor_id: number | null;
  address: string;
  /** JSON. */
  details: string;
  created_at: string;
};

/** Who somebody is elsewhere. */
export type IdentityRow = {
  id: number;
  account_id: number;
  issuer: string;
  subject: string;
  email: string | null;
  created_at: string;
  last_used_at: string;
};

export type TotpKeyRow = {
  account_id: number;
  /** Encrypted under the server's key. */
  sealed_key: string;
  /** The time step of the last code that was used: no step works twice. */
  last_step: number;
  created_at: string;
  /** Null until the owner has shown a code: it does not protect the account yet. */
  confirmed_at: string | null;
};

export type RecoveryCodeRow = { account_id: number; code_hash: string; used_at: string | null };

export type PasskeyRow = {
  id: number;
  account_id: number;
  /** Base64url, as the authenticator names it. */
  credential_id: string;
  /** COSE key, base64url. */
  public_key: string;
  counter: number;
  /** Separated by commas: `internal,hybrid`. */
  transports: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
};

export type AppPasswordRow = {
  id: number;
  account_id: number;
  name: string;
  password_hash: string;
  /** Of the account's password when it was made: it ends with that password. */
  owner_mark: string;
  created_at: string;
  last_used_at: string | null;
};

export type DeviceRow = {
  id: number;
  /** As the client names it. */
  device_id: string;
  /** Null for one that nobody has signed in on. */
  account_id: number | null;
  /** Where it was registered from: pushes end with that session. Null: with nothing but the account. */
  session_id: number | null;
  type: string;
  /** Of the push service: an FCM token, or a Web Push subscription as JSON. */
  token: string | null;
  /** SHA-256 of the token, or of a subscription's endpoint, hex: no two devices share one. */
  token_hash: string | null;
  is_active: Flag;
  created_at: string;
  updated_at: string;
};

export type NotificationRow = {
  account_id: number;
  /** What is told of once, however often it happens: `liked:<post>`, `followed:<account>`, `mentioned:<post>`. */
  group_key: string;
  kind: 'followed' | 'liked' | 'mentioned';
  /** Who did it; null where several did. */
  actor_id: number | null;
  /** JSON: some of those who did it, the latest first. */
  actor_ids: string;
  /** How many did it; 0 for what was taken back, which is told to nobody. */
  actor_count: number;
  post_id: number | null;
  /** Place in the list. Of one account's keys, the higher was committed later. */
  notification_key: number;
  created_at: string;
  /** When devices were told of it last. */
  pushed_at: string | null;
};

export type NotificationSettingsRow = {
  account_id: number;
  /** The last key that was given out. Whoever takes the next holds this row until it commits. */
  last_key: number;
  /** Everything up to this key was seen. */
  read_key: number;
  /** JSON: kinds that are not pushed. */
  muted_pushes: string;
};

export type GroupRow = {
  id: number;
  name: string;
  /** Folded: no two groups share a name. */
  name_key: string;
  member_count: number;
  created_at: string;
};

export type GroupMemberRow = { group_id: number; account_id: number; created_at: string };

export type EventTemplateRow = {
  id: number;
  name: string;
  /** Folded: no two templates share a name. */
  name_key: string;
  /** With the placeholders `{1}`, `{2}` and `{3}`. */
  text: string;
  created_at: string;
};

export type GroupEventRow = {
  id: number;
  group_id: number;
  /** The template may be gone. */
  template_id: number;
  /** Who is not told; null for the operator of the program. The account may be gone. */
  creator_id: number | null;
  /** With the placeholders filled in. */
  text: string;
  created_at: string;
  /** When the last member was told; null while pushes are still to be written. */
  pushed_at: string | null;
};

type IdempotencyKeyRow = {
  /** Who may repeat the request: an account id, or 0 for somebody without an account. */
  account_id: number;
  key: string;
  operation: string;
  fingerprint: string;
  result_id: number;
  created_at: string;
};

export type OutboxRow = {
  id: number;
  topic: string;
  /** JSON of the event's payload. */
  payload: string;
  /** Null: for every subscriber of the topic. A name: a repeat for this one alone. */
  subscriber: string | null;
  /** The event that a repeat belongs to; equals `id` on the first try. */
  event_id: number;
  attempts: number;
  /** How often it was begun; more than once when whoever began it was gone before its end. */
  claims: number;
  due_at: string;
  set_aside_at: string | null;
  last_error: string | null;
  created_at: string;
};

type DoneEventRow = { subscriber: string; event_id: number; done_at: string };

type IdRangeRow = { name: string; next_id: number };
