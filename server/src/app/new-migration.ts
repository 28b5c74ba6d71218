import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the steps are written; a built program has none. */
const sourceFolder = join(import.meta.dirname, '../db/migrations');

/**
 * Writes the next step of the schema, empty, and names it in the list. Returns its path.
 * @param subject that `isSubject` accepts
 * @throws Error outside a source checkout
 */
export function newMigration(subject: string, folder = sourceFolder): string {
  if (!existsSync(join(folder, 'index.ts'))) {
    throw new Error('New migrations are written in a source checkout; this is a built program.');
  }
  const files = stepsIn(folder);
  const number = String(Number(files.at(-1)?.slice(0, 4) ?? 0) + 1).padStart(4, '0');
  const path = join(folder, `${number}-${subject}.ts`);
  writeFileSync(path, stepText(`${number}-${subject}`, exportName(subject)), { flag: 'wx' });
  writeFileSync(join(folder, 'index.ts'), indexText(folder));
  return path;
}

/** Whether a migration can be named after it. */
export function isSubject(text: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text);
}

function stepsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.ts$/.test(name))
    .sort();
}

function exportName(subject: string): string {
  return subject.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function stepText(name: string, constant: string): string {
  return `import type { Migration } from './migration.ts';

/** What this step is for. */
export const ${constant}: Migration = {
  name: '${name}',

  async up(db) {
    await db.schema.alterTable('posts').addColumn('example', 'integer').execute();
  },

  async down(db) {
    await db.schema.alterTable('posts').dropColumn('example').execute();
  },
};
`;
}

/** The list of all steps, as the formatter would write it. */
function indexText(folder: string): string {
  const steps = stepsIn(folder).map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return { file, constant: /export const (\w+): Migration/.exec(text)?.[1] ?? '' };
  });
  const imports = steps.map(({ file, constant }) => `import { ${constant} } from './${file}';`);
  const head = 'export const migrations: readonly Migration[] = [';
  const names = steps.map(({ constant }) => constant);
  const line = `${head}${names.join(', ')}];`;
  const list = line.length <= 100 ? line : `${head}\n  ${names.join(',\n  ')},\n];`;
  return `${imports.join('\n')}
import type { Migration } from './migration.ts';

/** Every step, oldest first. */
${list}
`;
}
