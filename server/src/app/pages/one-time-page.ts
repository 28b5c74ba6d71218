import { escapeHtml } from '../../domain/mails/letter.ts';
import { type Look, pageOf, policyOf } from './layout.ts';
import type { Labels, Words } from './words.ts';

type Parts = {
  look: Look;
  words: Words;
  labels: Labels;
  language: string;
  /** Path of the operation of `/v2` that uses the secret. */
  action: string;
  /** Whether the page asks for a new password, too. */
  asksPassword?: boolean;
};

/**
 * Runs in the browser. The secret is in the fragment of the URL, which is never sent: neither a log nor a mail
 * scanner that opens links gets it or uses it up. It leaves the history as soon as it is read. A link that is opened while
 * the page is open changes nothing but the fragment.
 */
const script = `
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const button = document.querySelector('button');
const back = document.querySelector('.back');
const words = form.dataset;
let token = '';
const show = (kind, text) => {
  status.dataset.kind = kind;
  status.textContent = text;
  if (text !== '') status.focus();
};
const end = (kind, text) => {
  form.hidden = true;
  if (back) back.hidden = false;
  show(kind, text);
};
const open = () => {
  token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  history.replaceState(null, '', location.pathname + location.search);
  if (token === '') return end('problem', words.broken);
  form.hidden = false;
  if (back) back.hidden = true;
  show('', '');
};
const kindOf = ({ code, fields = [] }) => {
  if (code !== 'invalid') return code;
  return fields.some(({ field }) => field === 'password') ? 'weak' : 'broken';
};
addEventListener('hashchange', () => { if (location.hash !== '') open(); });
open();
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  const body = { token, ...Object.fromEntries(new FormData(form)) };
  if ('removeNewLogins' in body) body.removeNewLogins = true;
  let kind = 'other';
  try {
    const answer = await fetch(words.action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    kind = answer.ok ? 'done' : kindOf(await answer.json());
  } catch {}
  button.disabled = false;
  if (kind === 'done') end('done', words.done);
  else if (kind === 'broken' || kind === 'gone' || kind === 'expired') end('problem', words[kind]);
  else show('problem', words[kind] ?? words.other);
});
`;

/** What a one-time page may do: run this script, look like this, and post to its own server. */
export function oneTimePolicy(look: Look): string {
  return policyOf(look, script);
}

/** A page on which somebody uses the secret of a mail, by pressing a button: opening it changes nothing. */
export function oneTimePage({
  look,
  words,
  labels,
  language,
  action,
  asksPassword,
}: Parts): string {
  const { title, explanation, button, done, noScript, failures } = words;
  const said = Object.entries({ ...failures, done, action })
    .map(([name, text]) => `data-${name}="${escapeHtml(text)}"`)
    .join(' ');
  const main = `<div class="card">
<h1>${escapeHtml(title)}</h1>
<form method="post" ${said}>
<p>${escapeHtml(explanation)}</p>
${asksPassword ? passwordField(labels) : ''}
<button>${escapeHtml(button)}</button>
</form>
<p role="status" tabindex="-1"></p>
${backLink(look, labels)}<noscript><p>${escapeHtml(noScript)}</p></noscript>
</div>`;
  return pageOf(look, { language, title, main, script });
}

function passwordField(labels: Labels): string {
  return `<label for="password">${escapeHtml(labels.password)}</label>
<p class="hint" id="rule">${escapeHtml(labels.rule)}</p>
<input id="password" name="password" type="password" autocomplete="new-password" aria-describedby="rule" minlength="8" maxlength="128" required>
<label class="box"><input name="removeNewLogins" type="checkbox"><span>${escapeHtml(labels.removeNewLogins)}</span></label>`;
}

/** Shown when there is nothing more to do here. */
function backLink({ appUrl, name }: Look, { back }: Labels): string {
  if (appUrl === null) return '';
  const text = escapeHtml(back.replace('{name}', name));
  return `<p class="actions back" hidden><a class="button quiet" href="${escapeHtml(appUrl)}">${text}</a></p>\n`;
}
