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
    const twin = isSecret ? ` Or \`${name}_FILE\`: the path of a file that holds it.` : '';
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

Settings come from the environment. Everything has a default that works on one machine; every mistake is reported at once, at start.
This page is made from \`settings.ts\`, \`environments.ts\` and \`older-names.ts\` in \`server/src/app\` by \`npm run docs\`; a test says when it is stale.

${tableOf(
  ['setting', 'default', 'meaning'],
  settingRows().map((row) => [codeOf(row.name), codeOf(row.default), row.description]),
)}

## Environments

\`ROOKERY_ENV\` says what an installation is for. Staging is production under another name.

${tableOf(['', ...environmentNames], environmentRows())}

What each of them has in common, and how to run several: [operations.md](operations.md).

## Names of older systems

A file of variables that an older server was started with can be used as it is, unless its \`SECRET_KEY\` can be guessed. \`./rookery doctor\`
says what was made of it. Where an older name and ours are both set and say different things, the start is refused.

${tableOf(['older name', 'of', 'what it is here'], olderRows())}

Some of the older systems kept settings in files. Set here:

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
