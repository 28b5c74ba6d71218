import { Command } from 'commander';
import { openApp } from '../app/app.ts';
import { readConfig } from '../app/config.ts';
import { seedPeople } from '../app/seed/people.ts';
import { print } from './print.ts';

export function seedCommand(): Command {
  return new Command('seed')
    .description('make alice, bob and carla with real photos')
    .action(async () => {
      const app = await openApp({ ...readConfig(), logLevel: 'warn' });
      try {
        await seedPeople(app, print);
      } finally {
        await app.close();
      }
    });
}
