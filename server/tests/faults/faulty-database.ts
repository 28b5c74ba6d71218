import { ownMariadb } from '../support/own-mariadb.ts';
import { ownPostgres } from './own-postgres.ts';

/** A database server for this run alone that can be spoiled in every way in which one fails. */
export type FaultyDatabase = {
  /** For the program, which is no administrator. */
  url: string;
  /** For the run itself, whatever the program meets. */
  adminUrl: string;
  freeze(): void | Promise<void>;
  thaw(): void | Promise<void>;
  /** As after a failover: clients have to reconnect, and may only read. */
  makeReadOnly(): Promise<void>;
  /** The program's login is refused, as after its password was changed. */
  lockOut(): Promise<void>;
  /** The program may have one connection at once. */
  limitConnections(): Promise<void>;
  /** Takes all of that back. */
  mend(): Promise<void>;
  /** Stops without a word to its clients. */
  crash(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

export const faultyDatabases = { postgres, mysql };

async function postgres(): Promise<FaultyDatabase> {
  const server = await ownPostgres();
  const run = (sql: string) => server.run(sql);
  const cut =
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app' and pid <> pg_backend_pid()";
  await run('create role app login');
  await run('alter database rookery owner to app');
  return {
    ...server,
    url: server.url.replace('rookery@', 'app@'),
    adminUrl: server.url,
    async makeReadOnly() {
      await run('alter role app set default_transaction_read_only = on');
      await run(cut);
    },
    async lockOut() {
      await run('alter role app nologin');
      await run(cut);
    },
    async limitConnections() {
      await run('alter role app connection limit 1');
      await run(cut);
    },
    async mend() {
      await run('alter role app reset all');
      await run('alter role app login connection limit -1');
    },
  };
}

async function mysql(): Promise<FaultyDatabase> {
  const server = await ownMariadb();
  const run = (sql: string) => server.run(sql);
  const at = `127.0.0.1:${server.port}/rookery`;
  return {
    ...server,
    url: `mysql://rookery:feathers@${at}`,
    adminUrl: `mysql://root@${at}`,
    makeReadOnly: () => run('set global read_only = 1'),
    lockOut: () => run("alter user rookery@'%' identified by 'other'; kill user rookery"),
    limitConnections: () =>
      run("alter user rookery@'%' with max_user_connections 1; kill user rookery"),
    async mend() {
      await run("alter user rookery@'%' identified by 'feathers' with max_user_connections 0");
      await run('set global read_only = 0');
    },
  };
}
