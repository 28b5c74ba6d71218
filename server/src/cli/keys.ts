import { Command } from 'commander';
import { newVapidKeys } from '../app/vapid-keys.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description('create keys for browser push notifications (VAPID), and print them as settings')
    .addOption(jsonOption())
    .action(({ json }: Json) => {
      const { publicKey, privateKey } = newVapidKeys();
      const settings = { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
      const lines = () => Object.entries(settings).map(([name, value]) => `${name}=${value}`);
      printResult(settings, { json, lines });
      if (json) return;
      process.stderr.write(
        'Keep them: if they change, every browser has to subscribe again. The private key is a secret (VAPID_PRIVATE_KEY_FILE can name a file).\n',
      );
    });
}
