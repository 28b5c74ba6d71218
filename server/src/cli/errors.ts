/** A command that fails on purpose: what to do is in the message. */
export class CommandError extends Error {}

/** A command line that cannot be meant: the exit code is 2. */
export class UsageError extends CommandError {}
