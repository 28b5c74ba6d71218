import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settingsPage } from '../../src/app/settings/settings-page.ts';

it('docs/configuration.md is what `npm run docs` would write', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');

  expect(page).toBe(settingsPage());
});
