import { Command } from 'commander';
import { operator } from '../domain/authority.ts';
import { dayMs } from '../domain/durations.ts';
import { type InviteView, inviteMs } from '../domain/invites/invite.ts';
import type { InviteService } from '../domain/invites/invite-service.ts';
import { emailOption, idArgument, type Json, jsonOption, timeOption } from './options.ts';
import { printResult, printRows } from './print.ts';
import { quiet, withApp } from './with-app.ts';

type CreateOptions = Json & { email?: string; expires: number };

const longestMs = 365 * dayMs;

/** `rookery invites`: people who may sign up although sign-ups are closed. */
export function invitesCommand(): Command {
  const invites = new Command('invites').description(
    'invite people, who may then sign up although SIGNUPS=closed',
  );
  invites
    .command('create')
    .description('make an invite for one account; its token is shown once, and sent to nobody')
    .addOption(emailOption())
    .addOption(
      timeOption('--expires', 'how long it works: 12h, 30d', longestMs).default(inviteMs, '7d'),
    )
    .addOption(jsonOption())
    .action(create);
  invites
    .command('list')
    .description('list invites that nobody has used yet, newest first, also those of moderators')
    .addOption(jsonOption())
    .action(async ({ json }: Json) => {
      const found = await withInvites((service) => service.list(operator));
      printRows(found, { json, titles, row: rowOf, none: 'No invites are pending.' });
    });
  invites
    .command('revoke')
    .description('revoke an invite that nobody has used yet')
    .addArgument(idArgument('<invite>', 'the id that `invites list` shows'))
    .addOption(jsonOption())
    .action(async (id: number, { json }: Json) => {
      await withInvites((service) => service.revoke(operator, id));
      printResult({ revoked: id }, { json, lines: () => `revoked invite ${id}` });
    });
  return invites;
}

async function create({ email, expires, json }: CreateOptions): Promise<void> {
  const wish = { email: email ?? null, lifeMs: expires };
  const invite = await withInvites((service) => service.create(operator, wish));
  printResult(invite, {
    json,
    lines: () => [invite.token, `It works for one sign-up, until ${timeOf(invite.expiresAt)}.`],
  });
}

function withInvites<T>(work: (invites: InviteService) => Promise<T>): Promise<T> {
  return withApp(quiet(), ({ services }) => work(services.invites));
}

const titles = { id: 'ID', email: 'E-MAIL', maker: 'MADE BY', created: 'CREATED', ends: 'ENDS' };

function rowOf({ id, email, madeBy, createdAt, expiresAt }: InviteView): typeof titles {
  return {
    id: String(id),
    email: email ?? 'anybody',
    maker: madeBy === null ? 'operator' : `account ${madeBy}`,
    created: timeOf(createdAt),
    ends: timeOf(expiresAt),
  };
}

function timeOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
