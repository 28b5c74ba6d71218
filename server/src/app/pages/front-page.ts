import type { Contract } from '../../contracts/contract.ts';
import { escapeHtml } from '../../domain/mails/letter.ts';
import { type Look, pageOf } from './layout.ts';

/** The page at `/`: names the server, its contracts and its documentation. */
export function frontPage(look: Look, contracts: readonly Contract[]): string {
  const { name, appUrl, base } = look;
  const rows = contracts.map(
    ({
      title,
      mount,
      description,
    }) => `<li><h3>${escapeHtml(title ?? name)} <code>${escapeHtml(mount)}</code></h3>
<p>${codeOf(escapeHtml(description))}</p></li>`,
  );
  const open =
    appUrl === null ? '' : `<a class="button" href="${escapeHtml(appUrl)}">Open the app</a>\n`;
  const main = `<h1>Photos, and the people who take them.</h1>
<p class="lead">This server is up and running. It is the backend of an app for sharing photos; here is how to talk to it.</p>
<p class="actions">${open}<a class="button${appUrl === null ? '' : ' quiet'}" href="${base}/docs">Try the API</a>
<a class="button quiet" href="${base}/openapi.json">OpenAPI document</a></p>
<h2>What it speaks</h2>
<ul class="card">
${rows.join('\n')}
</ul>`;
  return pageOf(look, { language: 'en', title: name, main, isWide: true });
}

/** For browsers, at an address of no contract. */
export function notFoundPage(look: Look): string {
  const main = `<div class="card">
<h1>There is nothing here</h1>
<p>The address may be misspelled, or what was here is gone.</p>
<p class="actions"><a class="button" href="${escapeHtml(look.appUrl ?? `${look.base}/`)}">Go to ${escapeHtml(look.name)}</a></p>
</div>`;
  return pageOf(look, { language: 'en', title: 'Not found', main });
}

/** What stands between backticks is code, as in the OpenAPI document. */
function codeOf(escaped: string): string {
  return escaped.replace(/`([^`]+)`/g, '<code>$1</code>');
}
