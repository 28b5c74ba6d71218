import { Readable } from 'node:stream';
import { argon2Hasher } from '../../adapters/passwords/argon2.ts';
import { operator } from '../../domain/authority.ts';
import { DomainError } from '../../domain/errors.ts';
import type { App } from '../app.ts';

/** Who the older server's own seed made; the e-mail is the login. */
const people = [
  { displayName: 'martin', email: 'a@a.com', phone: '+598 98983510' },
  { displayName: 'barreto', email: 'b@b.com' },
  { displayName: 'cheluskis', email: 'c@c.com' },
] as const;

const password = 'password';
const groupName = 'Group Name';
const template = { name: 'Seed Events Name', text: 'Seed db Event from {1}' };

/**
 * Makes what clients of base-api expect of a new database: an event template, and three people in a group. What is there
 * already stays, so that a second run completes one that was cut short.
 */
export async function seedBaseApi(app: App, say: (line: string) => void): Promise<void> {
  const { accountAdmin, eventTemplates, groups } = app.services;
  let isComplete = true;
  const tell = (what: string) => {
    isComplete = false;
    say(`seeded ${what}`);
  };
  if (await isNew(eventTemplates.create(operator, template)))
    tell(`the event template ${template.name}`);
  if (await isNew(groups.create(operator, groupName))) tell(`the group ${groupName}`);
  // As an import: its password is none that anybody may choose, and a number comes along that nobody has verified.
  const passwordHash = await argon2Hasher({ concurrency: 1 }).hash(password);
  const lines = people.map((person) => JSON.stringify({ ...person, passwordHash }));
  await app.importAccounts(Readable.from(lines), { isDryRun: false });
  const group = await groups.find(operator, groupName);
  for (const { displayName, email } of people) {
    const { id } = await accountAdmin.find(operator, email);
    if (await groups.addMember(operator, group.id, id))
      tell(`${displayName}, e-mail ${email}, password ${password}`);
  }
  if (isComplete) say('Everything is there already; nothing was seeded.');
}

/** False when something has the name already. */
async function isNew(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'taken') return false;
    throw error;
  }
}
