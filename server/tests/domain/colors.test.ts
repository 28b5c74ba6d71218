import { describe, expect, it } from 'vitest';
import { contrast, readableOn, textOn } from '../../src/domain/mails/colors.ts';

describe('the color of an installation', () => {
  it.each(['#0b6b63', '#ffd400', '#ffffff', '#000000', '#ff0000', '#7f7f7f', '#0000ff'])(
    'can be read where it stands: %s',
    (color) => {
      for (const paper of ['#fbfaf7', '#131210', '#ffffff']) {
        const shade = readableOn(color, paper);
        expect(contrast(shade, paper)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(textOn(shade), shade)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('stays as it is where it can be', () => {
    expect(readableOn('#0b6b63', '#fbfaf7')).toBe('#0b6b63');
    expect(contrast('#000000', '#ffffff')).toBe(21);
  });
});
