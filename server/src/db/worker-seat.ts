import SqliteFile from 'better-sqlite3';

/** The right to be the one process that works on the database of a file. */
export type WorkerSeat = { leave(): void };

/**
 * Takes the lock on a file beside the database, which the system takes back when the process ends, however it ends; a name or
 * a number in a row would outlive it. Null while another process has it.
 */
export function takeSeat(file: string): WorkerSeat | null {
  const seat = new SqliteFile(`${file}-worker`, { timeout: 0 });
  try {
    seat.exec('BEGIN EXCLUSIVE');
    return { leave: () => void seat.close() };
  } catch (error) {
    seat.close();
    if (error instanceof SqliteFile.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
