import type { GroupEventRow } from '../../db/schema.ts';

/** Something that the members of a group are told by push. */
export type GroupEvent = {
  id: number;
  groupId: number;
  /** The template may be gone. */
  templateId: number;
  text: string;
  /** Who made it and is not told; null for the operator. The account may be gone. */
  creatorId: number | null;
  createdAt: string;
  /** When the push to the last member was set on its way; null while they are being written. */
  pushedAt: string | null;
};

export function eventOf(row: GroupEventRow): GroupEvent {
  return {
    id: row.id,
    groupId: row.group_id,
    templateId: row.template_id,
    text: row.text,
    creatorId: row.creator_id,
    createdAt: row.created_at,
    pushedAt: row.pushed_at,
  };
}
