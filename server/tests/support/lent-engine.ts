import type { Dialect, Driver } from 'kysely';
import type { Engine } from '../../src/db/dialects.ts';

/**
 * An engine on which one database after another can be opened: to close one waits for its connections to come back, and leaves
 * them open for the next. What an ended test still runs is refused, as by a database that was closed.
 */
export function lentEngine(engine: Engine): Engine {
  const { dialect } = engine;
  const driver = dialect.createDriver();
  let isReady: Promise<void> | undefined;
  const init = () => (isReady ??= driver.init());
  const lent: Dialect = {
    createDriver: () => lentDriver(driver, init),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
  return { ...engine, dialect: lent };
}

/** Kysely asks a driver that was destroyed for no more connections, so this one only waits. */
function lentDriver(driver: Driver, init: () => Promise<void>): Driver {
  let lent = 0;
  let tellIdle = () => {};

  function takeBack(): void {
    lent -= 1;
    if (lent === 0) tellIdle();
  }

  return {
    init,
    async acquireConnection() {
      lent += 1;
      try {
        return await driver.acquireConnection();
      } catch (error) {
        takeBack();
        throw error;
      }
    },
    releaseConnection: (connection) => driver.releaseConnection(connection).finally(takeBack),
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    async destroy() {
      if (lent === 0) return;
      await new Promise<void>((resolve) => {
        tellIdle = resolve;
      });
    },
  };
}
