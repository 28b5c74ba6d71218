/**
 * An origin as browsers and app shells (Capacitor, Ionic, Tauri, Expo) send it; null when the text is none. That of a page
 * without one is `null`, which any page can have, so it is none either.
 */
export function originOf(text: string): string | null {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/i.test(text)) return null;
  const url = URL.parse(text);
  if (!url || url.hostname === '' || /^(javascript|data|blob|file):$/.test(url.protocol))
    return null;
  // Only the schemes of the web have an origin to the parser.
  return url.origin === 'null' ? `${url.protocol}//${url.host.toLowerCase()}` : url.origin;
}
