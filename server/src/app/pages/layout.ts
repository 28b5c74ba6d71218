import { createHash } from 'node:crypto';
import { readableOn, textOn } from '../../domain/mails/colors.ts';
import { escapeHtml } from '../../domain/mails/letter.ts';
import type { InstanceConfig } from '../settings/instance-settings.ts';
import { bird } from './logo.ts';

export type Look = Pick<InstanceConfig, 'name' | 'accent' | 'appUrl'> & {
  /** What stands before the paths of this server, if a proxy serves it below one. */
  base: string;
};

export type Page = {
  language: string;
  title: string;
  /** HTML, escaped. */
  main: string;
  /** Whether the page has room for more than a few sentences. */
  isWide?: boolean;
  script?: string;
};

const paper = { light: '#fbfaf7', dark: '#131210' };
/** Of cards: where text in the accent is hardest to read in the dark. */
const darkSurface = '#1c1a17';

export function lookOf(instance: InstanceConfig, publicUrl: string): Look {
  return { ...instance, base: new URL(publicUrl).pathname.replace(/\/$/, '') };
}

/** A whole page in the look of this installation. Nothing is loaded from elsewhere. */
export function pageOf(look: Look, { language, title, main, isWide, script }: Page): string {
  const { name, appUrl, base } = look;
  const brand = `${bird}<span>${escapeHtml(name)}</span>`;
  const isNamed = title === name;
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(isNamed ? name : `${title} · ${name}`)}</title>
<link rel="icon" href="${escapeHtml(base)}/favicon.svg" type="image/svg+xml">
<style>${styleOf(look)}</style>
<div class="sheet${isWide ? ' wide' : ''}">
<header>${appUrl === null ? `<span class="brand">${brand}</span>` : `<a class="brand" href="${escapeHtml(appUrl)}">${brand}</a>`}</header>
<main>
${main}
</main>
</div>
${script === undefined ? '' : `<script>${script}</script>\n`}</html>
`;
}

/** What a page may do: look like this, run its own script if it has one, and post to its own server. */
export function policyOf(look: Look, script?: string): string {
  return [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`, "connect-src 'self'"]),
    `style-src '${hashOf(styleOf(look))}'`,
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function styleOf({ accent }: Look): string {
  const light = readableOn(accent, paper.light);
  const dark = readableOn(accent, darkSurface);
  return `
:root {
  color-scheme: light dark;
  --paper: light-dark(${paper.light}, ${paper.dark}); --surface: light-dark(#fff, ${darkSurface}); --sunken: light-dark(#f2f0ea, #0e0d0b);
  --ink: light-dark(#1d1b17, #efebe3); --soft: light-dark(#645f55, #a59e91); --line: light-dark(#e6e2d8, #2c2924);
  --edge: light-dark(#8b8578, #7d776c); --accent: light-dark(${light}, ${dark}); --on-accent: light-dark(${textOn(light)}, ${textOn(dark)});
  --danger: light-dark(#b3261e, #ff8a80); --done: light-dark(#1b7a43, #6fd196);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: break-word }
.sheet { max-width: 30rem; margin: 0 auto; padding: clamp(1.25rem, 8vh, 5.5rem) 1.25rem 3rem } .wide { max-width: 46rem }
.brand { display: inline-flex; align-items: center; gap: .7rem; color: inherit; text-decoration: none; font-weight: 650; font-size: 1.15rem; letter-spacing: -.01em; margin-bottom: 1.5rem }
.brand svg { width: 2.25rem; height: 2.25rem; color: var(--accent) } .brand svg .inner { fill: var(--on-accent) }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .6rem; text-wrap: balance } .wide h1 { font-size: clamp(2rem, 6vw, 3.1rem); letter-spacing: -.03em }
h2 { font-size: .9rem; font-weight: 600; color: var(--soft); margin: 2.5rem 0 .8rem } h3 { font-size: 1.05rem; margin: 0 }
p { margin: .6rem 0 } .lead { font-size: 1.15rem; color: var(--soft); max-width: 34rem }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 22px; padding: clamp(1.25rem, 5vw, 2rem); box-shadow: 0 1px 2px rgb(0 0 0 / .05), 0 8px 24px rgb(0 0 0 / .06) }
a { color: var(--accent); text-underline-offset: .18em } code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--sunken); border-radius: 6px; padding: .1em .35em }
label { display: block; font-weight: 600; margin-top: 1.2rem } .hint { color: var(--soft); font-size: .9rem; margin: .1rem 0 .5rem }
input[type=password] { display: block; width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: 14px; padding: .75rem .9rem }
.box { display: flex; gap: .7rem; align-items: flex-start; font-weight: 400; font-size: .95rem } .box input { flex: none; width: 1.15rem; height: 1.15rem; margin: .2rem 0 0; accent-color: var(--accent) }
button, .button { display: inline-block; font: inherit; font-weight: 600; text-decoration: none; border: 0; border-radius: 99px; padding: .75rem 1.6rem; background: var(--accent); color: var(--on-accent); cursor: pointer }
button { width: 100%; margin-top: 1.4rem } button:disabled { opacity: .55; cursor: progress } .quiet { background: none; color: inherit; box-shadow: inset 0 0 0 1px var(--edge) }
.actions { display: flex; flex-wrap: wrap; gap: .7rem; margin: 1.6rem 0 0 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px } [role=status]:focus { outline: none }
[role=status]:empty, [hidden] { display: none } [role=status] { margin: 1.2rem 0 0; padding: .85rem 1rem; border-radius: 14px; background: var(--sunken); border-left: 4px solid var(--danger) }
[role=status][data-kind=done] { border-color: var(--done) } form[hidden] + [role=status] { margin-top: .4rem }
ul { list-style: none; margin: 0; padding: 0 } li { padding: 1rem 0; border-top: 1px solid var(--line) } li:first-child { border: 0; padding-top: 0 } li:last-child { padding-bottom: 0 } li p { color: var(--soft); margin: .3rem 0 0; font-size: .95rem }
@media (prefers-reduced-motion: no-preference) { button, .button { transition: opacity 140ms } }
@media (forced-colors: active) { .button, button { border: 1px solid } }
`;
}
