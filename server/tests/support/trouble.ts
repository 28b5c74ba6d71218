import { relative } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { chanceOf } from '../../src/app/seed/chance.ts';

// CockroachDB may refuse any transaction, at any statement or at its commit, and wants it run again. PostgreSQL seldom
// does. So here one of ten is refused, by the server itself: the transaction is as dead as it would be there.

const share = Number(process.env.TROUBLE_SHARE ?? 0.1);
const longestLead = 8;
const refuse = `do $$ begin raise exception 'restart transaction' using errcode = '40001'; end $$`;

const file = relative(process.cwd(), expect.getState().testPath ?? '');
const chance = chanceOf(`${process.env.TROUBLE_SEED ?? 'trouble'} ${file}`);

/** How many statements each doomed transaction may still run. */
const leads = new WeakMap<pg.Client, number>();

type Query = (this: pg.Client, text: unknown, ...rest: unknown[]) => Promise<unknown>;

/** The library's own, and what the file that runs makes of it: connections outlive the file that opened them. */
const own = Symbol.for('rookery.tests.query');
const now = Symbol.for('rookery.tests.troubled');
const prototype = pg.Client.prototype as unknown as Record<PropertyKey, Query>;
const query = (prototype[own] ??= prototype.query as Query);

async function troubled(this: pg.Client, text: unknown, ...rest: unknown[]): Promise<unknown> {
  const lead = leads.get(this);
  if (String(text).startsWith('begin') && chance() < share)
    leads.set(this, Math.floor(chance() * longestLead));
  if (text === 'rollback') leads.delete(this);
  if (lead === undefined || text === 'rollback') return query.call(this, text, ...rest);
  if (lead > 0 && text !== 'commit') {
    leads.set(this, lead - 1);
    return query.call(this, text, ...rest);
  }
  leads.delete(this);
  if (text === 'commit') await query.call(this, 'rollback');
  return query.call(this, refuse);
}

prototype[now] = troubled;
prototype.query = function (this: pg.Client, ...sent) {
  return (prototype[now] as Query).apply(this, sent);
};
