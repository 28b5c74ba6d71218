import { describe, expect, it } from 'vitest';
import { base32, newReadableSecret, plainSecret } from '../../src/domain/readable-secret.ts';
import { findStep, otpauthUri, stepOf, totpCode } from '../../src/domain/second-factors/totp.ts';

/** The key of RFC 6238's appendix B. */
const key = Buffer.from('12345678901234567890');

describe('codes of authenticator apps', () => {
  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('are those of RFC 6238 at second %i', (seconds, expected) => {
    const step = stepOf(new Date(seconds * 1000));

    expect(totpCode(key, step, 8)).toBe(expected);
    expect(totpCode(key, step)).toBe(expected.slice(2));
  });

  it('count one step early and one late', () => {
    const time = new Date(59_000);
    const found = [-1, 0, 1, 2, 3].map((step) =>
      findStep(key, totpCode(key, step < 0 ? 9 : step), time),
    );

    expect(found).toEqual([null, 0, 1, 2, null]);
  });

  it('are found in no other form', () => {
    const typed = ['', '28708', '0287082', '94287082', '２８７０８２', '287082\n'];

    expect(typed.map((code) => findStep(key, code, new Date(59_000)))).toEqual(
      typed.map(() => null),
    );
  });

  it('are set up by an address that keeps odd names whole', () => {
    expect(otpauthUri(key, 'Rookery', 'a b&c')).toBe(
      'otpauth://totp/Rookery:a%20b%26c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rookery&algorithm=SHA1&digits=6&period=30',
    );
  });
});

describe('secrets that people type', () => {
  // RFC 4648, section 10, without its padding.
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('%j is base32 %j', (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  });

  it('are read in any case and any grouping, and only in full length', () => {
    const secret = newReadableSecret(10);
    const plain = secret.replaceAll('-', '');
    const typed = [secret, plain, plain.toUpperCase(), ` ${plain.slice(0, 7)} ${plain.slice(7)}\n`];
    const wrong = [plain.slice(1), `${plain}a`, `${plain.slice(1)}1`, ''];

    expect(typed.map((text) => plainSecret(text, 10))).toEqual(typed.map(() => plain));
    expect(wrong.map((text) => plainSecret(text, 10))).toEqual(wrong.map(() => null));
  });
});
