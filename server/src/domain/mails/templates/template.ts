import type { Letter } from '../letter.ts';
import type { LetterRule } from './letter-kinds.ts';

type Paragraph = { line: number; text: string };

/** A letter whose placeholders are not filled in yet. */
export type Template = {
  subject: string;
  before: readonly string[];
  linkLabel: string | null;
  codeLabel: string | null;
  after: readonly string[];
};

/** What is put in for placeholders: text as it is. Null: the paragraphs that name it are left out. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

const placeholder = /\{([^{}]*)\}/g;
const special = /^\{(link|code): *([^{}\s][^{}]*)\}$/;

/**
 * Reads a template: a line `Subject: …`, an empty line, and paragraphs with an empty line between them. `{link: Label}` and
 * `{code: Label}` are paragraphs of their own.
 * @param problems gets what is wrong, each with its line
 */
export function readTemplate(text: string, rule: LetterRule, problems: string[]): Template | null {
  const before = problems.length;
  const [first = '', ...rest] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const subject = /^Subject: *(\S.*)$/.exec(first)?.[1]?.trim() ?? null;
  if (subject === null) problems.push('line 1: it must be “Subject: ” and the subject');
  const paragraphs = paragraphsOf(rest);
  const whole = [{ line: 1, text: subject ?? '' }, ...paragraphs];
  for (const paragraph of whole) checkPlaceholders(paragraph, rule, problems);
  checkRequired(whole, rule, problems);
  const link = takeOne('link', paragraphs, problems);
  const code = takeOne('code', paragraphs, problems);
  if (link !== null && code !== null && code !== link + 1) {
    problems.push(`line ${paragraphs[code]?.line}: {code: …} must follow {link: …}`);
  }
  if (problems.length > before) return null;
  const [start, end] = [link ?? paragraphs.length, code ?? link ?? paragraphs.length];
  const texts = paragraphs.map((paragraph) => paragraph.text);
  return {
    subject: subject ?? '',
    before: texts.slice(0, start),
    linkLabel: labelOf(texts[start]),
    codeLabel: code === null ? null : labelOf(texts[code]),
    after: texts.slice(end + 1),
  };
}

/** Lines of one paragraph are joined; how wide a mail is decides who reads it. */
function paragraphsOf(lines: readonly string[]): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let isOpen = false;
  lines.forEach((raw, i) => {
    const text = raw.trim();
    const last = paragraphs.at(-1);
    if (text !== '' && isOpen && last) last.text += ` ${text}`;
    else if (text !== '') paragraphs.push({ line: i + 2, text });
    isOpen = text !== '';
  });
  return paragraphs;
}

function checkPlaceholders({ line, text }: Paragraph, rule: LetterRule, problems: string[]): void {
  const { facts, hasLink, hasCode } = rule;
  // The first line is the subject, where neither can be.
  const [, kind] = (line > 1 && special.exec(text)) || [];
  if ((kind === 'link' && hasLink) || (kind === 'code' && hasCode)) return;
  const known = [
    ...facts.map((name) => `{${name}}`),
    ...(hasLink ? ['{link: Label}'] : []),
    ...(hasCode ? ['{code: Label}'] : []),
  ];
  for (const [all, name = ''] of text.matchAll(placeholder)) {
    if (facts.includes(name)) continue;
    const isInside = (hasLink && /^link\b/.test(name)) || (hasCode && /^code\b(?!M)/.test(name));
    problems.push(
      isInside
        ? `line ${line}: ${all} must be a paragraph of its own, with a label: {link: Open}`
        : `line ${line}: ${all} is unknown here. Known: ${known.join(', ') || 'none'}`,
    );
  }
  if (/[{}]/.test(text.replace(placeholder, ''))) {
    problems.push(`line ${line}: a brace has no other half`);
  }
}

function checkRequired(whole: readonly Paragraph[], rule: LetterRule, problems: string[]): void {
  const last = whole.at(-1)?.line ?? 1;
  const names = (name: string) => (text: string) => text.includes(`{${name}}`);
  const [subject = '', ...paragraphs] = whole.map((paragraph) => paragraph.text);
  const isKept = (text: string) => !rule.optional.some((name) => names(name)(text));
  for (const name of rule.required) {
    if ([subject, ...paragraphs.filter(isKept)].some(names(name))) continue;
    problems.push(
      paragraphs.some(names(name))
        ? `line ${last}: {${name}} must stand in a paragraph that is never left out, without {${rule.optional.join('}, {')}}`
        : `line ${last}: {${name}} is missing`,
    );
  }
  if (rule.hasLink && !paragraphs.some((text) => special.exec(text)?.[1] === 'link')) {
    problems.push(`line ${last}: {link: Label} is missing`);
  }
}

/** Where the one of its kind is; null: nowhere. */
function takeOne(
  kind: 'link' | 'code',
  paragraphs: readonly Paragraph[],
  problems: string[],
): number | null {
  const found = paragraphs.flatMap(({ text }, i) => (special.exec(text)?.[1] === kind ? [i] : []));
  const second = found[1] === undefined ? undefined : paragraphs[found[1]];
  if (second) problems.push(`line ${second.line}: there is a second {${kind}: …}`);
  return found[0] ?? null;
}

function labelOf(text: string | undefined): string | null {
  return special.exec(text ?? '')?.[2]?.trim() ?? null;
}

/** The letter of a template. What is put in is never read as a placeholder again, and never as HTML. */
export function fillTemplate(template: Template, facts: Facts): Letter {
  const fill = (text: string) =>
    text.replace(placeholder, (_, name: string) => String(facts[name] ?? ''));
  const isKept = (text: string) =>
    ![...text.matchAll(placeholder)].some(([, name = '']) => facts[name] === null);
  const paragraphs = (texts: readonly string[]) => texts.filter(isKept).map(fill);
  const { link, code } = facts;
  return {
    subject: fill(template.subject),
    before: paragraphs(template.before),
    ...(template.linkLabel === null
      ? {}
      : { link: { label: template.linkLabel, address: String(link) } }),
    ...(template.codeLabel === null || code === null || code === undefined
      ? {}
      : { code: { label: template.codeLabel, digits: String(code) } }),
    after: paragraphs(template.after),
  };
}
