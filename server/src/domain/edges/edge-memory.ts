import type { Database, RowWatch } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';

/** What can be asked whether an id is among those found. */
export type Found = Pick<ReadonlySet<number>, 'has'>;

/** Those of some targets that an actor likes or follows; of others it says nothing. */
export type TargetsAmong = (actorId: number, targetIds: readonly number[]) => Promise<Found>;

type EdgeMemory = {
  read: (actorId: number, targetIds: readonly number[]) => Promise<ReadonlySet<number>>;
  /** Tells the actor. */
  madeOf: RowWatch;
  maxBytes: number;
};

/** The targets that were asked about, and those of them that the actor has. */
type Known = { asked: Set<number>; found: Set<number> };

/** Above this many answers, those of an actor are forgotten: nobody reads so much again. */
const maxAsked = 1000;
const bytesOf = { actor: 600, answer: 40 };

/** Remembers what each actor was asked, until one of their rows is written. On a database that several processes share, asks. */
export function edgeMemory(
  database: Database,
  { read, madeOf, maxBytes }: EdgeMemory,
): TargetsAmong {
  if (!database.isEmbedded) return read;
  const memory = memoryOf<Known>(database, {
    madeOf: [madeOf],
    maxBytes,
    bytesOf: ({ asked }) => bytesOf.actor + bytesOf.answer * asked.size,
  });

  async function ask(actorId: number, targetIds: readonly number[], missing: readonly number[]) {
    const writesBefore = memory.writes();
    const among = await read(actorId, missing);
    const known = roomyOf(memory.get(actorId), missing.length);
    // Somebody has written meanwhile: what is found and what was known may be of two moments.
    if (!memory.isCurrent(actorId, writesBefore)) return read(actorId, targetIds);
    for (const id of missing) known.asked.add(id);
    for (const id of among) known.found.add(id);
    memory.keep(actorId, known, writesBefore);
    // Others may have needed the place of what was known.
    return targetIds.every((id) => known.asked.has(id)) ? known.found : read(actorId, targetIds);
  }

  return async (actorId, targetIds) => {
    const known = memory.get(actorId);
    const missing = known ? targetIds.filter((id) => !known.asked.has(id)) : targetIds;
    if (known && missing.length === 0) return known.found;
    return ask(actorId, targetIds, missing);
  };
}

/** What is known, if there is room for more answers; else nothing. */
function roomyOf(known: Known | undefined, more: number): Known {
  if (known && known.asked.size + more <= maxAsked) return known;
  return { asked: new Set(), found: new Set() };
}
