import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootDir } from '../support/process.ts';

const pages = ['*.md', 'docs/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: rootDir }));
const textOf = (page: string) => readFileSync(join(rootDir, page), 'utf8');

/** What a page links to within the repository, without code. */
function linksOf(page: string): string[] {
  const text = textOf(page)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of the headings of a page, as GitHub names them. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(rootDir, join(rootDir, dirname(page), path));
  if (!existsSync(join(rootDir, target))) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
}

describe('the pages for people', () => {
  it('are found', () => {
    expect(pages).toContain('README.md');
    expect(pages.length).toBeGreaterThan(60);
  });

  it.each(pages)('lead nowhere else than to pages and headings that there are: %s', (page) => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });

  it('about operations are all in their index', () => {
    const listed = linksOf('docs/operations/README.md');
    const all = globSync('*.md', { cwd: join(rootDir, 'docs/operations') });

    expect(all.filter((page) => page !== 'README.md' && !listed.includes(page))).toEqual([]);
  });
});
