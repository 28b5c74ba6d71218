/** A backup cannot be made, read or brought back; `message` says why, and what to do. */
export class BackupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BackupError';
  }
}

/** Another process writes to the archive. */
export class BackupInUse extends BackupError {
  override readonly name = 'BackupInUse';
}
