const shape =
  '<rect width="32" height="32" rx="9" fill="currentColor"/><path class="inner" fill="#fff" d="M6 25.5c.4-9.3 4.8-16 11.6-16 2.8 0 5 1.7 5.9 4.1l4 1.7-4 1.6c-.2 5-4.1 8.6-9.7 8.6z"/><circle cx="19.4" cy="14.2" r="1.3" fill="currentColor"/>';

/** Rookery’s bird, to be put into a page. Its colors are those of the page. */
export const bird = `<svg viewBox="0 0 32 32" aria-hidden="true">${shape}</svg>`;

/** The bird as a file. @param accent `#rrggbb` */
export function birdFile(accent: string, inner: string): string {
  const colored = shape.replaceAll('currentColor', accent).replaceAll('#fff', inner);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${colored}</svg>`;
}
