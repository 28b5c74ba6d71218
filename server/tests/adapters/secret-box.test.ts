import { describe, expect, it } from 'vitest';
import { secretBox } from '../../src/adapters/tokens/secret-box.ts';

const box = secretBox({ secret: 'f'.repeat(32) });
const bytes = Buffer.from('twenty bytes of key!');

describe('the box for secrets', () => {
  it('gives back what was put in, and shows nothing of it', () => {
    const sealed = box.seal(bytes, 'totp 1');

    expect(Buffer.from(box.open(sealed, 'totp 1'))).toEqual(bytes);
    expect(Buffer.from(sealed, 'base64url').includes(bytes)).toBe(false);
    expect(box.seal(bytes, 'totp 1')).not.toBe(sealed);
    expect(sealed.length).toBeLessThan(255);
  });

  it.each([
    ['for something else', (sealed: string) => [box, sealed, 'totp 2'] as const],
    [
      'under another key',
      (sealed: string) => [secretBox({ secret: 'e'.repeat(32) }), sealed, 'totp 1'] as const,
    ],
    ['with a bit turned', (sealed: string) => [box, turned(sealed), 'totp 1'] as const],
    ['cut short', (sealed: string) => [box, sealed.slice(0, 10), 'totp 1'] as const],
  ])('does not open %s', (_how, change) => {
    const [by, sealed, context] = change(box.seal(bytes, 'totp 1'));

    expect(() => by.open(sealed, context)).toThrow(/SECRET_KEY/);
  });
});

function turned(sealed: string): string {
  const parts = Buffer.from(sealed, 'base64url');
  parts[parts.length - 1]! ^= 1;
  return parts.toString('base64url');
}
