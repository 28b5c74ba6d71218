/** A write that concerns one row at most. */
type Write = {
  executeTakeFirst(): Promise<{ numUpdatedRows?: bigint; numDeletedRows?: bigint } | undefined>;
};

/** Runs an update or a deletion by a key, and tells whether it found its row. */
export async function changedOne(write: Write): Promise<boolean> {
  const { numUpdatedRows, numDeletedRows } = (await write.executeTakeFirst()) ?? {};
  return (numUpdatedRows ?? numDeletedRows) === 1n;
}
