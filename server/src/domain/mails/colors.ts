/** What WCAG asks of text (AA). */
const minContrast = 4.5;

type Rgb = [red: number, green: number, blue: number];

/** The color, or the nearest shade of it that can be read on `background`. @param color `#rrggbb`, as is `background` */
export function readableOn(color: string, background: string): string {
  const target: Rgb = luminance(parse(background)) > 0.5 ? [0, 0, 0] : [255, 255, 255];
  for (let share = 0; share < 1; share += 0.05) {
    const shade = hex(mix(parse(color), target, share));
    if (contrast(shade, background) >= minContrast) return shade;
  }
  return hex(target);
}

/** Black or white: what is easier to read on the color. */
export function textOn(color: string): string {
  return contrast('#ffffff', color) >= contrast('#000000', color) ? '#ffffff' : '#000000';
}

/** From 1 to 21. Source: WCAG 2.2, contrast ratio. */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [a, b].map((it) => luminance(parse(it))).sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r = 0, g = 0, b = 0] = rgb.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((c) => Math.round(c).toString(16).padStart(2, '0')).join('')}`;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * share;
  return [channel(0), channel(1), channel(2)];
}
