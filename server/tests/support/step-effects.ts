import type { Row, Rows } from './sample-rows.ts';

/**
 * What each step of the schema does to the rows that are there, as a second opinion on its SQL. A step that is not named keeps
 * every row as it is; one that adds a column is named with what it gives to the rows that have none.
 */
export const stepEffects: Record<string, (rows: Rows) => void> = {
  '0002-identity'(rows) {
    add(rows.outbox, { claims: 0 });
    add(rows.sessions, { app_password_id: null });
    const more = { language: 'en', phone: null, phone_verified_at: null, last_login_at: null };
    for (const row of rows.accounts ?? []) {
      Object.assign(row, more, { display_name_key: String(row.display_name).toLowerCase() });
    }
  },

  '0006-ends-with'(rows) {
    add(rows.verifications, { session_id: null });
    add(rows.accounts, { recovered_at: null });
    const ids = new Set(rows.accounts?.map(({ id }) => id));
    for (const row of rows.verifications ?? []) {
      if (row.purpose !== 'invite' || row.account_id !== null) continue;
      const { invitedBy } = JSON.parse(String(row.details));
      row.account_id = ids.has(invitedBy) ? invitedBy : null;
    }
  },

  '0007-forget-plain-fingerprints'(rows) {
    rows.idempotency_keys = [];
  },

  '0008-used-refresh-tokens'(rows) {
    add(rows.sessions, { used_generation: null });
  },

  '0010-hidden-content'(rows) {
    add(rows.likes, { hidden: 0 });
    add(rows.follows, { follower_hidden: 0, followee_hidden: 0 });
    add(rows.posts, { hidden_key: null });
    const disabled = rows.accounts?.filter((row) => row.disabled_at && !row.deleted_at) ?? [];
    rows.outbox?.push(...disabled.map(hidingEvent));
  },

  '0011-pictures'(rows) {
    add(rows.media, { is_animated: 0, file_name: null });
  },

  '0012-idn-names'(rows) {
    const taken = new Set(rows.account_names?.map(({ name_key }) => name_key));
    for (const row of rows.account_names ?? []) {
      const plain = String(row.name_key).replace('@bücher.example', '@xn--bcher-kva.example');
      if (!taken.has(plain)) row.name_key = plain;
    }
  },

  '0013-photo-facts'(rows) {
    const camera = { camera_make: null, camera_model: null, taken_at: null };
    add(rows.media, { ...camera, latitude: null, longitude: null });
    add(rows.accounts, { next_avatar_media_id: null });
  },

  '0014-parents-of-refresh-tokens'(rows) {
    add(rows.sessions, { parent_generation: null });
  },

  '0015-status-keys'(rows) {
    for (const post of rows.posts ?? []) {
      add([post], { status_key: post.feed_key ?? post.hidden_key ?? null });
    }
  },

  '0017-event-causes'(rows) {
    add(rows.outbox, { request_id: null, trace_parent: null });
  },

  '0020-replies'(rows) {
    add(rows.posts, { reply_to_id: null, root_id: null, reply_count: 0 });
  },
};

function add(rows: Row[] | undefined, columns: Row): void {
  for (const row of rows ?? []) Object.assign(row, columns);
}

function hidingEvent({ id, disabled_at: at = null }: Row): Row {
  const event = 2 ** 48 + Number(id);
  return {
    id: event,
    topic: 'account.hidden',
    payload: JSON.stringify({ accountId: id }),
    subscriber: null,
    event_id: event,
    attempts: 0,
    claims: 0,
    due_at: at,
    set_aside_at: null,
    last_error: null,
    created_at: at,
  };
}
