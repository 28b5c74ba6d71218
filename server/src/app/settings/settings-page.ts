import { environmentNames, environmentRows } from './environments.ts';
import { fileKeys, goneNames, keptNames, readNames } from './older-names.ts';
import { Settings } from './settings.ts';

export type SettingRow = { name: string; default: string; description: string };

/** Every setting in the order of its declaration. */
export function settingRows(): SettingRow[] {
  return Object.entries(Settings.properties).map(([name, schema]) => {
    const {
      default: value,
      description,
      'x-secret': isSecret,
    } = schema as unknown as {
      default?: string | number;
      description: string;
      'x-secret'?: boolean;
    };
    const twin = isSecret ? ` Or \`${name}_FILE\`: the path of a file that contains it.` : '';
    return {
      name,
      default: value === undefined ? '' : String(value),
      description: description + twin,
    };
  });
}

/** docs/configuration.md, as it must be. */
export function settingsPage(): string {
  return `# Configuration

Settings are environment variables. All of them have defaults that work on one machine, and the start reports all mistakes at once.
\`npm run docs\` generates this page from \`settings.ts\`, \`environments.ts\` and \`older-names.ts\` in \`server/src/app\`; a test fails if it is out of date.

${tableOf(
  ['setting', 'default', 'meaning'],
  settingRows().map((row) => [codeOf(row.name), codeOf(row.default), row.description]),
)}

## Environments

\`ROOKERY_ENV\` says what an installation is for. Staging has the rules of production.

${tableOf(['', ...environmentNames], environmentRows())}

How to run several environments: [environments](operations/environments.md).

## Names of older systems

You can start Rookery with the environment variables of an older server, unless their \`SECRET_KEY\` can be guessed. \`./rookery doctor\`
shows how they are read. If an older name and a new one are both set to different values, the server refuses to start.

${tableOf(['older name', 'of', 'in Rookery'], olderRows())}

Some of the older systems kept settings in files. Set these instead:

${tableOf(
  ['file', 'key', 'of', 'here'],
  fileKeys.map(({ file, keys, of, here }) => [codeOf(file), keys, of, here]),
)}
`;
}

function olderRows(): string[][] {
  return [
    ...readNames.map(({ name, of, setting, how }) => [
      codeOf(name),
      of,
      `Read as ${codeOf(setting)}. ${how}`,
    ]),
    ...keptNames.map(({ names, of }) => [
      names.map(codeOf).join(', '),
      of,
      'The settings of these names.',
    ]),
    ...goneNames.map(({ name, of, advice }) => [codeOf(name), of, sentence(advice)]),
  ];
}

function tableOf(titles: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [titles, titles.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return lines.join('\n');
}

function codeOf(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
