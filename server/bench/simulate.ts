import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { costsOf, estimate, type People, usualPeople } from './scale-model.ts';
import { scaleTable } from './scale-table.ts';

type Options = Omit<People, 'accounts'> & { accounts: number[]; costs: string; json?: boolean };

const usualCosts = join(import.meta.dirname, 'scale-costs.json');

const program = new Command('simulate')
  .description('estimates what a number of accounts needs: docs/scale.md explains the model')
  .option('--accounts <numbers>', 'how many, with commas', numbers, [1e3, 1e5, 1e6, 1e7, 1e8])
  .option('--costs <file>', 'output of npm run bench -- --json', usualCosts)
  .option('--json', 'print JSON');
for (const [name, value] of Object.entries(usualPeople)) {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  program.addOption(new Option(`--${flag} <number>`).argParser(amount).default(value));
}
program.action(({ accounts, costs, json, ...people }: Options) => {
  const measured = costsOf(JSON.parse(readFileSync(costs, 'utf8')));
  const estimates = accounts.map((each) => estimate({ ...people, accounts: each }, measured));
  const text = json ? JSON.stringify(estimates, null, 2) : scaleTable(estimates);
  process.stdout.write(`${text}\n`);
});

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It is a number.');
  return value;
}

function numbers(text: string): number[] {
  return text.split(',').map(amount);
}

program.parse();
