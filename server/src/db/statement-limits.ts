/** How long a connection may take to be made, in ms, and with PostgreSQL how long one of the pool may be waited for. */
export const connectMs = 5000;
/** How long the server itself works on a statement. */
export const serverStatementMs = 5000;
/** How long the server lets a statement wait for a lock. */
export const lockWaitMs = 4000;
/**
 * How long we wait for a statement outside of a request; within one, its budget counts (`deadline.ts`). The server may be
 * gone without a word; then its own limit never fires.
 */
export const statementMs = 7000;
