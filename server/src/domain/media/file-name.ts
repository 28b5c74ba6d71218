const maxLength = 200;

const endings: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
};

/**
 * The name of an uploaded file as it is kept: its last part, without control characters, signs that turn text round, and
 * what folders and drives are made of. Null when nothing is left.
 */
export function keptFileName(given: string | undefined): string | null {
  const last = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const name = last
    .normalize('NFC')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]|\u{FFFD}/gu, '')
    .replaceAll(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+/, '')
    .trimEnd();
  const cut = Array.from(name).slice(0, maxLength).join('');
  return cut === '' ? null : cut;
}

/** The name of a download: the ending says what its bytes are, whatever the upload was: `IMG_0001.HEIC` → `IMG_0001.jpg`. */
export function downloadNameOf(kept: string | null, contentType: string): string {
  const stem = (kept ?? '').replace(/\.[A-Za-z0-9]{1,5}$/, '').replace(/[\s.]+$/, '');
  return `${stem === '' ? 'picture' : stem}.${endings[contentType] ?? 'bin'}`;
}
