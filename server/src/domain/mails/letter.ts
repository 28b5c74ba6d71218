import type { Mail } from '../ports.ts';

/** What a mail says, as plain text. How it looks is decided in one place, for every language. */
export type Letter = {
  subject: string;
  /** Sentences before the link. */
  before: readonly string[];
  link?: { label: string; address: string };
  /** To be typed instead of following the link, and the words before it. */
  code?: { label: string; digits: string };
  /** Sentences after it. */
  after: readonly string[];
};

/** Both forms of a mail. Everything in the HTML is escaped, wherever it came from. */
export function formsOf(letter: Letter, language: string): Pick<Mail, 'subject' | 'text' | 'html'> {
  return {
    subject: letter.subject.replace(/\s+/g, ' '),
    text: textOf(letter),
    html: htmlOf(letter, language),
  };
}

function textOf({ before, link, code, after }: Letter): string {
  const parts = [
    ...before,
    ...(link ? [`${link.label}:\n${link.address}`] : []),
    ...(code ? [`${code.label}: ${code.digits}`] : []),
    ...after,
  ];
  return `${parts.join('\n\n')}\n`;
}

function htmlOf({ subject, before, link, code, after }: Letter, language: string): string {
  const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`;
  const parts = [
    ...before.map(paragraph),
    ...(link ? [`<p><a href="${escapeHtml(link.address)}">${escapeHtml(link.label)}</a></p>`] : []),
    ...(code ? [`<p>${escapeHtml(code.label)}: <b>${escapeHtml(code.digits)}</b></p>`] : []),
    ...after.map(paragraph),
  ];
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<meta charset="utf-8">
<title>${escapeHtml(subject)}</title>
<body style="font: 16px/1.5 sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em">
${parts.join('\n')}
</body>
</html>
`;
}

/** Escapes a text for HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
