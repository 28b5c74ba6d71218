import { existsSync } from 'node:fs';
import { DatabaseError } from './errors.ts';

/**
 * The file that an address names, relative to the working directory, or `:memory:`. `sqlite:FILE` holds it as it is; with
 * slashes it is read as SQLAlchemy does: `sqlite:///app.db` is relative, `sqlite:////var/lib/app.db` absolute.
 * @throws DatabaseError when it names none, or most probably means another
 */
export function sqliteFileOf(url: string): string {
  const text = url.replace(/^sqlite:/, '');
  if (!text.startsWith('//')) return named(text);
  // What follows the question mark is for Python's driver.
  const [path = ''] = text.slice(2).split('?', 1);
  if (!path.startsWith('/')) return named(path);
  const file = named(path.slice(1));
  // Earlier versions took it for absolute. An empty database in its place would be the worst answer.
  if (!file.startsWith('/') && !existsSync(file) && existsSync(`/${file}`)) {
    throw new DatabaseError(
      `DATABASE_URL=sqlite:///${file} is relative to the working directory. Write sqlite:////${file} for the file /${file}.`,
    );
  }
  return file;
}

function named(file: string): string {
  if (file !== '' && !file.endsWith('/')) return file;
  throw new DatabaseError(
    'DATABASE_URL names no file. Use sqlite:FILE, or as in SQLAlchemy sqlite:///FILE (relative) or sqlite:////FILE (absolute).',
  );
}
