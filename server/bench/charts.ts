/** Bars with a label, a figure and, where there is one, a figure to compare it with. */
export type Bar = { label: string; value: number; before: number | null };

export type Chart = { title: string; unit: string; bars: readonly Bar[] };

const width = 760;
const labelWidth = 150;
const figureWidth = 90;
const rowHeight = 34;
const headHeight = 64;

/**
 * A bar chart as SVG that can be read in light and dark. The scale is logarithmic: what is drawn ranges from microseconds to
 * tens of milliseconds.
 */
export function chartSvg({ title, unit, bars }: Chart): string {
  const values = bars.flatMap(({ value, before }) => [value, before ?? value]);
  const [least, most] = [Math.min(...values) / 2, Math.max(...values)];
  const room = width - labelWidth - figureWidth;
  const lengthOf = (value: number) =>
    Math.max(2, (room * Math.log(value / least)) / Math.log(most / least));
  const rows = bars.map((bar, i) => barSvg(bar, headHeight + i * rowHeight, lengthOf));
  const height = headHeight + bars.length * rowHeight + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${style}</style>`,
    `<text class="title" x="16" y="26">${escapeXml(title)}</text>`,
    `<text class="note" x="16" y="46">${escapeXml(unit)}</text>`,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

function barSvg(
  { label, value, before }: Bar,
  top: number,
  lengthOf: (value: number) => number,
): string {
  const name = `<text class="label" x="${labelWidth - 10}" y="${top + 15}">${escapeXml(label)}</text>`;
  const own = barOf('own', { value, top, height: 11, length: lengthOf(value) });
  if (before === null) return name + own;
  return (
    name +
    own +
    barOf('before', { value: before, top: top + 13, height: 7, length: lengthOf(before) })
  );
}

function barOf(
  kind: 'own' | 'before',
  { value, top, height, length }: { value: number; top: number; height: number; length: number },
): string {
  const rect = `<rect class="${kind}" x="${labelWidth}" y="${top}" width="${length.toFixed(1)}" height="${height}" rx="2"/>`;
  const at = (labelWidth + length + 6).toFixed(1);
  const figure = `<text class="${kind}-figure" x="${at}" y="${top + height - 1}">${figureOf(value)}</text>`;
  return rect + figure;
}

function figureOf(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

const style = `
text { font: 13px system-ui, sans-serif; fill: #1f2430; }
.title { font-size: 16px; font-weight: 600; }
.note, .before-figure { fill: #6b7280; }
.before-figure { font-size: 10px; }
.label { text-anchor: end; }
.own { fill: #2f6f8f; }
.before { fill: #c3ccd6; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9ef; }
  .note, .before-figure { fill: #9aa3b2; }
  .own { fill: #6bb3d6; }
  .before { fill: #4a5362; }
}`;

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
