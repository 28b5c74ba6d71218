import { accessSync, constants } from 'node:fs';
import { makeFolderSync } from '../adapters/folders.ts';

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
    makeFolderSync(dataDir, { mode: 0o700 });
    if (isEmbedded) accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!isEmbedded) return;
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      `DATA_DIR=${dataDir} cannot be used: ${reason}. Choose a folder that can be written.`,
    );
  }
}
