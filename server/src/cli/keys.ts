import { Command } from 'commander';
import { newVapidKeys } from '../app/vapid-keys.ts';
import { jsonOption } from './options.ts';
import { print } from './print.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description('create keys for browser push notifications (VAPID), and print them as settings')
    .addOption(jsonOption())
    .action(({ json }: { json?: boolean }) => {
      const { publicKey, privateKey } = newVapidKeys();
      const settings = { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
      if (json) return print(JSON.stringify(settings, null, 2));
      for (const [name, value] of Object.entries(settings)) print(`${name}=${value}`);
      process.stderr.write(
        'Keep them: if they change, every browser has to subscribe again. The private key is a secret (VAPID_PRIVATE_KEY_FILE can name a file).\n',
      );
    });
}
