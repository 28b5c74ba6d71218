import { createHash } from 'node:crypto';
import { escapeHtml } from '../../domain/mails/letter.ts';
import type { Words } from './words.ts';

type Parts = {
  words: Words;
  language: string;
  /** Path of the operation of `/v2` that uses the secret. */
  action: string;
  /** Asks for a password, too: the words beside the field, and beside the box that removes new logins. */
  labels?: { password: string; removeNewLogins: string };
};

/**
 * Runs in the browser. The secret is in the fragment of the URL, which is never sent: neither a log nor a mail
 * scanner that opens links gets it or uses it up. It leaves the history as soon as it is read.
 */
const script = `
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const button = document.querySelector('button');
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
history.replaceState(null, '', location.pathname + location.search);
const words = form.dataset;
const say = (text) => { status.textContent = text; status.focus(); };
if (token === '') { form.hidden = true; say(words.invalid); }
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  const body = { token, ...Object.fromEntries(new FormData(form)) };
  if ('removeNewLogins' in body) body.removeNewLogins = true;
  let code = 'other';
  try {
    const answer = await fetch(words.action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    code = answer.ok ? 'done' : (await answer.json()).code;
  } catch {}
  form.hidden = code === 'done' || code === 'gone' || code === 'expired';
  button.disabled = false;
  say(words[code] ?? words.other);
});
`;

const style = `
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 0 1rem; color: #222; background: #fff }
label, input, button { display: block; font: inherit; margin: .5rem 0 } input { width: 100%; padding: .5rem; box-sizing: border-box }
label input { display: inline; width: auto; margin: 0 .5rem 0 0 }
button { padding: .5rem 1.5rem } :focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px } [hidden] { display: none }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } }
`;

/** What a one-time page may do: run this script, look like this, and post to its own server. */
export const oneTimePolicy = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page on which somebody uses the secret of a mail, by pressing a button: opening it changes nothing. */
export function oneTimePage({ words, language, action, labels }: Parts): string {
  const { title, explanation, button, done, noScript, failures } = words;
  const said = Object.entries({ ...failures, done, action })
    .map(([name, text]) => `data-${name}="${escapeHtml(text)}"`)
    .join(' ');
  const field =
    labels === undefined
      ? ''
      : `<label for="password">${escapeHtml(labels.password)}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required>
<label><input name="removeNewLogins" type="checkbox">${escapeHtml(labels.removeNewLogins)}</label>`;
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<form method="post" ${said}>
<p>${escapeHtml(explanation)}</p>
${field}
<button>${escapeHtml(button)}</button>
</form>
<p role="status" tabindex="-1"></p>
<noscript><p>${escapeHtml(noScript)}</p></noscript>
</main>
<script>${script}</script>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
