import { Command } from 'commander';
import { settingRows, settingsPage } from '../app/settings/settings-page.ts';
import { jsonOption } from './options.ts';
import { printRows } from './print.ts';

export function settingsCommand(): Command {
  return new Command('settings')
    .description('list every setting with its default and meaning')
    .addOption(jsonOption())
    .option('--markdown', 'print docs/configuration.md')
    .action(({ json, markdown }: { json?: boolean; markdown?: boolean }) => {
      if (markdown) process.stdout.write(settingsPage());
      else printRows(settingRows(), { json, row: (setting) => setting, none: '' });
    });
}
