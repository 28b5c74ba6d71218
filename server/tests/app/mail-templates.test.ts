import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../src/adapters/mail/message.ts';
import { readConfig } from '../../src/app/config.ts';
import { letterNames, previewOf } from '../../src/app/mail-templates.ts';
import { languageCodes } from '../../src/domain/language-code.ts';
import { languages } from '../../src/domain/mails/languages/languages.ts';
import { formsOf } from '../../src/domain/mails/letter.ts';
import { lettersWith } from '../../src/domain/mails/templates/own-letters.ts';

const recovery = `Subject: A password for {username}

Hi {username},

{link: Choose it}

It works for {minutes} minutes,
and <b>once</b>.
`;

const instance = { name: 'Photos', accent: '#336699', appUrl: null };

/** What is said about a file with this text. */
function problemsOf(path: string, text: string): string[] {
  const problems: string[] = [];
  lettersWith([{ path, text }], problems);
  return problems;
}

describe('a template of a mail', () => {
  it('words one letter of one language, and escapes its text and what is put in', () => {
    const problems: string[] = [];
    const letters = lettersWith([{ path: 'es/recover-password.txt', text: recovery }], problems);
    const letter = letters.es.recoverPassword({
      username: 'a<b>{link}',
      link: 'https://example.com/#token=1',
      hours: 0.5,
    });
    const { text, html } = previewOf({ letters, instance }, 'recover-password', 'es');

    expect(problems).toEqual([]);
    expect(letter).toEqual({
      subject: 'A password for a<b>{link}',
      before: ['Hi a<b>{link},'],
      link: { label: 'Choose it', address: 'https://example.com/#token=1' },
      after: ['It works for 30 minutes, and <b>once</b>.'],
    });
    expect(text).toContain('and <b>once</b>.');
    expect(html).toContain('and &#60;b&#62;once&#60;/b&#62;.');
    expect(html).not.toContain('<b>once');
    expect(letters.en).toBe(languages.en);
    expect(letters.es).toEqual({
      ...languages.es,
      recoverPassword: expect.any(Function),
    });
  });

  it('leaves out the code and the quote where there is none', () => {
    const files = [
      {
        path: 'en/verify-email.txt',
        text: 'Subject: Confirm\n\n{link: Confirm}\n\n{code: Or type}\n\nBye.',
      },
      {
        path: 'en/content-removed.txt',
        text: 'Subject: Your {what}\n\nIt was {excerpt}.\n\n{reason}',
      },
    ];
    const { en } = lettersWith(files, []);
    const proof = { username: 'alice', link: 'l', hours: 24, isRepeatable: true, codeMinutes: 10 };
    const removed = { username: 'alice', what: 'picture', reason: 'Advertising.' } as const;

    expect(en.verifyEmail({ ...proof, code: '123456' }).code).toEqual({
      label: 'Or type',
      digits: '123456',
    });
    expect(en.verifyEmail({ ...proof, code: null })).toEqual({
      subject: 'Confirm',
      before: [],
      link: { label: 'Confirm', address: 'l' },
      after: ['Bye.'],
    });
    expect(en.contentRemoved({ ...removed, excerpt: '' }).before).toEqual(['Advertising.']);
    expect(en.contentRemoved({ ...removed, excerpt: 'a cat' })).toMatchObject({
      subject: 'Your picture',
      before: ['It was a cat.', 'Advertising.'],
    });
  });

  it.each([
    ['Subject: Hi\n\nHi {usrname}\n\n{link: Go}', 'line 3: {usrname} is unknown here.'],
    ['Subject: Hi\n\nHi {username}', 'line 3: {link: Label} is missing'],
    ['Subject: Hi\n\nGo {link: here}', 'line 3: {link: here} must be a paragraph of its own'],
    ['Subject: Hi\n\n{link}', 'line 3: {link} must be a paragraph of its own'],
    ['Subject: Hi\n\n{link: A}\n\n{link: B}', 'line 5: there is a second {link: …}'],
    ['Hi\n\n{link: A}', 'line 1: it must be “Subject: ” and the subject'],
    ['Subject: Hi {\n\n{link: A}', 'line 1: a brace has no other half'],
    ['Subject: Hi\n\n{link: A}\n\n{code: B}', 'line 5: {code: B} is unknown here.'],
    ['Subject: {link: Go}\n\nHi', 'line 1: {link: Go} must be a paragraph of its own'],
    ['Subject: Hi\n\n{link: }', 'line 3: {link: Label} is missing'],
  ])('says which line is wrong: %j', (text, said) => {
    expect(problemsOf('en/recover-password.txt', text).join('\n')).toContain(
      `en/recover-password.txt, ${said}`,
    );
  });

  it('keeps what is required out of a paragraph that may be left out', () => {
    const text = 'Subject: Hi\n\n“{excerpt}” is gone: {reason}';

    expect(problemsOf('en/content-removed.txt', text)).toEqual([
      'en/content-removed.txt, line 3: {reason} must stand in a paragraph that is never left out, without {excerpt}',
    ]);
    expect(problemsOf('en/content-removed.txt', `${text}\n\n{reason}`)).toEqual([]);
  });

  it('may quote in its subject what has control characters and lines', () => {
    const text = 'Subject: {excerpt} is gone\n\n{reason}';
    const { en } = lettersWith([{ path: 'en/content-removed.txt', text }], []);
    const facts = { username: 'alice', what: 'post', reason: 'Spam.' } as const;
    const letter = en.contentRemoved({ ...facts, excerpt: '\u0007a\r\nBcc: b\u0085\u001b[1m' });
    const mail = { id: 'm', to: 'alice@example.com', ...formsOf(letter, instance, 'en') };

    const { subject } = messageOf(mail, 'photos@example.com', () => new Date());

    expect(subject).toBe('a Bcc: b [1m is gone');
  });

  it('needs the code right after the link', () => {
    const text = 'Subject: Hi\n\n{code: B}\n\n{link: A}';

    expect(problemsOf('en/verify-email.txt', text)).toEqual([
      'en/verify-email.txt, line 3: {code: …} must follow {link: …}',
    ]);
  });

  it.each([
    'fr/changed.txt',
    'en/hello.txt',
    'changed.txt',
    'en/changed.html',
    'en/toString.txt',
    'en/changed/a.txt',
  ])('must have the name of a letter: %s', (path) => {
    expect(problemsOf(path, 'Subject: Hi')[0]).toContain(`${path}: there is no such letter.`);
  });
});

describe('the folder of templates', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rookery-templates-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const read = () => readConfig({ DATA_DIR: folder, MAIL_TEMPLATES_DIR: join(folder, 'mails') });

  it('is read with the settings, and its mistakes are theirs', () => {
    expect(read).toThrow(/MAIL_TEMPLATES_DIR: it cannot be read: ENOENT/);
    mkdirSync(join(folder, 'mails/en'), { recursive: true });
    writeFileSync(join(folder, 'mails/en/recover-password.txt'), recovery);
    const { subject } = previewOf(read(), 'recover-password', 'en');
    writeFileSync(join(folder, 'mails/en/changed.txt'), 'Subject: Hi\n\nHi');

    expect(subject).toBe('A password for alice');
    expect(read).toThrow(/MAIL_TEMPLATES_DIR: en\/changed\.txt, line 3: \{what\} is missing/);
  });

  it('is read through links, without what is hidden, as Kubernetes and Git have it', () => {
    const mails = join(folder, 'mails');
    mkdirSync(join(mails, '..2026/en'), { recursive: true });
    writeFileSync(join(mails, '..2026/en/recover-password.txt'), recovery);
    symlinkSync('..2026', join(mails, '..data'));
    symlinkSync('..data/en', join(mails, 'en'));
    mkdirSync(join(mails, '.git'));
    writeFileSync(join(mails, '.git/config'), '');

    expect(previewOf(read(), 'recover-password', 'en').subject).toBe('A password for alice');
    symlinkSync('.', join(mails, 'es'));
    expect(read).toThrow('es/en/recover-password.txt: there is no such letter');
  });
});

describe('every letter', () => {
  it.each(languageCodes.flatMap((code) => letterNames.map((name) => [name, code] as const)))(
    'has a preview: %s in %s',
    (name, code) => {
      const { subject, text, html } = previewOf({ letters: languages, instance }, name, code);

      expect(subject).not.toBe('');
      expect(text).toContain('-- \nPhotos');
      expect(html).not.toContain('<b>pay</b>');
    },
  );
});
