import { Argument, Command, Option } from 'commander';
import { readConfig } from '../app/config.ts';
import { letterNames, previewOf } from '../app/mail-templates.ts';
import { type LanguageCode, languageCodes } from '../domain/language-code.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';

type Options = Json & { language: LanguageCode; html?: boolean };

/** `rookery mails`: what the mails look like. */
export function mailsCommand(): Command {
  const mails = new Command('mails').description('show the mails that are sent');
  mails
    .command('preview')
    .description('print a mail with sample data, as the templates of MAIL_TEMPLATES_DIR have it')
    .addArgument(new Argument('<letter>', 'which mail').choices(letterNames))
    .addOption(new Option('--language <code>', 'its language').choices(languageCodes).default('en'))
    .option('--html', 'print the HTML form')
    .addOption(jsonOption())
    .action((letter: string, { language, html, json }: Options) => {
      const forms = previewOf(readConfig(), letter, language);
      const lines = () => (html ? forms.html : `Subject: ${forms.subject}\n\n${forms.text}`);
      printResult(forms, { json, lines: () => lines().trimEnd() });
    });
  return mails;
}
