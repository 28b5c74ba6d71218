/** How many connections to the database are in use, open and unused, and how many callers wait for one. */
export type ConnectionLoad = { busy: number; idle: number; waiting: number };

/** A dialect whose connections can be counted. */
export type Counted = { load(): ConnectionLoad };

const unknown: ConnectionLoad = { busy: 0, idle: 0, waiting: 0 };

export function loadOf(dialect: object | Counted): ConnectionLoad {
  return 'load' in dialect ? dialect.load() : unknown;
}
