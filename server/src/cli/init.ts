import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { newEnvFile } from '../app/new-env-file.ts';
import { CommandError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';

type Options = Json & { url: string; file: string; stdout?: boolean };

export function initCommand(): Command {
  return new Command('init')
    .description('write a .env for production with generated secrets; an existing file is kept')
    .addOption(
      new Option('--url <url>', 'where clients reach the server, as PUBLIC_URL')
        .default('http://localhost:8080')
        .argParser(urlOf),
    )
    .option('--file <path>', 'the file to write', '.env')
    .option('--stdout', 'print the text instead of writing a file')
    .addOption(jsonOption())
    .action(({ url, file, stdout, json }: Options) => {
      const text = newEnvFile(url);
      if (stdout) return printResult({ text }, { json, lines: () => text.trimEnd() });
      writeNew(file, text);
      const line = `${file} is written, with new secrets. Only this user can read it.`;
      printResult({ file }, { json, lines: () => line });
    });
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = /^https?:\/\/[^/?#\s]+\/?$/.test(text);
  if (!url || !isPlain) {
    throw new InvalidArgumentError(
      'Give a URL without a path, such as https://photos.example.com.',
    );
  }
  return text.replace(/\/$/, '');
}

/** @throws CommandError when there is such a file, or none can be written */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') {
      throw new CommandError(
        `${file} exists and is kept: new secrets would lock everybody out. Move it away first, or write another one with --file.`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be written: ${reason}.`);
  }
}
