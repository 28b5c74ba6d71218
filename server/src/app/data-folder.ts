import { mkdirSync } from 'node:fs';

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
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!isEmbedded) return;
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      `DATA_DIR=${dataDir} cannot be used: ${reason}. Choose a folder that can be written.`,
    );
  }
}
