import type { Contract } from '../contracts/contract.ts';

/** The page at `/`: names the server, its contracts and its documentation. */
export function frontPage(contracts: readonly Contract[]): string {
  const rows = contracts.map(
    ({ title, mount, description }) =>
      `<li><b>${escape(title)}</b> at <code>${escape(mount)}</code><br>${codeOf(escape(description))}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rookery</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color: #222; background: #fff }
a { color: #0b57d0 } li { margin: 1rem 0 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } a { color: #8ab4f8 } }
</style>
<h1>Rookery</h1>
<p>A backend for photo-sharing and social apps. This server speaks:</p>
<ul>${rows.join('')}</ul>
<p><a href="/docs">Try it in the browser</a> · <a href="/openapi.json">OpenAPI document</a></p>
</html>
`;
}

/** What stands between backticks is code, as in the OpenAPI document. */
function codeOf(escaped: string): string {
  return escaped.replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
