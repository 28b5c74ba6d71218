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
  const rows = settingRows().map(
    (row) =>
      `| \`${row.name}\` | ${row.default === '' ? '' : `\`${row.default}\``} | ${row.description.replaceAll('|', '\\|')} |`,
  );
  return `# Configuration

Settings come from the environment. Everything has a default that works on one machine; every mistake is reported at once, at start.
This page is made from \`server/src/app/settings.ts\` by \`npm run docs\`; a test says when it is stale.

| setting | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}
