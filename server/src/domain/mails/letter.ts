import type { Mail } from '../ports.ts';
import { readableOn, textOn } from './colors.ts';

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

/** Whose mails they are. */
export type Sender = {
  name: string;
  /** Color of links: `#rrggbb`. */
  accent: string;
  /** Where the app is; null: nowhere that a mail could lead to. */
  appUrl: string | null;
};

/** Both forms of a mail. Everything in the HTML is escaped, wherever it came from. */
export function formsOf(
  letter: Letter,
  sender: Sender,
  language: string,
): Pick<Mail, 'subject' | 'text' | 'html'> {
  return {
    // With a control character in it, no mailer would take the mail; a post that a template quotes may have some.
    subject: letter.subject.replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    text: textOf(letter, sender),
    html: htmlOf(letter, sender, language),
  };
}

function textOf({ before, link, code, after }: Letter, { name, appUrl }: Sender): string {
  const parts = [
    ...before,
    ...(link ? [`${link.label}:\n${link.address}`] : []),
    ...(code ? [`${code.label}: ${code.digits}`] : []),
    ...after,
    // Mail programs show what follows as a signature.
    ['-- ', name, ...(appUrl === null ? [] : [appUrl])].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const paper = '#ffffff';

/** Styles stand at each element: few mail programs read others. */
function htmlOf(
  { subject, before, link, code, after }: Letter,
  { name, accent, appUrl }: Sender,
  language: string,
): string {
  const color = readableOn(accent, paper);
  const paragraph = (text: string) => `<p style="margin: 0 0 16px">${escapeHtml(text)}</p>`;
  const parts = [
    ...before.map(paragraph),
    ...(link ? [button(link, color)] : []),
    ...(code
      ? [
          `<p style="margin: 0 0 16px">${escapeHtml(code.label)}: <b style="font-size: 20px; letter-spacing: 2px">${escapeHtml(code.digits)}</b></p>`,
        ]
      : []),
    ...after.map(paragraph),
  ];
  const brand =
    appUrl === null
      ? escapeHtml(name)
      : `<a href="${escapeHtml(appUrl)}" style="color: ${color}">${escapeHtml(name)}</a>`;
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(subject)}</title>
<body style="margin: 0; padding: 24px 12px; background: #f2f0ea; color: #1d1b17; font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif">
<div style="max-width: 32em; margin: 0 auto; padding: 28px; background: ${paper}; border-radius: 16px">
${parts.join('\n')}
<p style="margin: 24px 0 0; padding-top: 16px; border-top: 1px solid #e6e2d8; color: #645f55; font-size: 14px">${brand}</p>
</div>
</body>
</html>
`;
}

function button({ address, label }: NonNullable<Letter['link']>, color: string): string {
  const style = `display: inline-block; padding: 12px 24px; border-radius: 99px; background: ${color}; color: ${textOn(color)}; font-weight: 600; text-decoration: none`;
  return `<p style="margin: 24px 0"><a href="${escapeHtml(address)}" style="${style}">${escapeHtml(label)}</a></p>`;
}

/** Escapes a text for HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
