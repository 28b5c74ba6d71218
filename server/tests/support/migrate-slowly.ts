import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { crowdSteps, slowly } from './crowd-steps.ts';

// A process to be killed: it migrates the database of its argument, and says after each batch how many rows are filled.
const database = openDatabase(process.argv[2] ?? '');
await migrateUp(database, undefined, {
  steps: crowdSteps(slowly),
  onProgress: (_, done) => process.stdout.write(`${done}\n`),
});
await database.close();
