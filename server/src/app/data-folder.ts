import { makeFolder } from './make-folder.ts';

/**
 * Makes the folder for the database, uploads and the secret, for its owner alone. With a server database some commands
 * never write there, and may run where nothing can be written; what does write says so itself.
 */
export function makeDataFolder(
  dataDir: string,
  { isEmbedded }: { isEmbedded: boolean },
  problems: string[],
): void {
  try {
    makeFolder(dataDir);
  } catch (error) {
    if (!isEmbedded && !isHopeless(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      `DATA_DIR=${dataDir} cannot be used: ${reason}. Choose a folder that can be written.`,
    );
  }
}

/** Where even a folder cannot be: what writes there later would wait for it without an end. */
function isHopeless(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
