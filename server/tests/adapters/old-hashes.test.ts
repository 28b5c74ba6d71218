import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { argon2Hasher } from '../../src/adapters/passwords/argon2.ts';

// Made by passlib 1.7.4, libxcrypt 4.4 (bcrypt, and $5$ once more) and Python's hashlib (Mithril).
const one = 's3crét pässwörd';
const other = '長い道を歩く夜';
const vectors: Array<[form: string, password: string, hash: string]> = [
  [
    'passlib pbkdf2_sha256',
    one,
    '$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg$3dShqBqlUrByu5RxS5pUAbrC5Jp3DyFz3X1tI415h7U',
  ],
  [
    'passlib pbkdf2_sha256, with dots',
    other,
    '$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg$3JCbGNz9qeN20N4/y/Xc0RHlbaVN6ElVfQ7.MnVJ2ro',
  ],
  ['sha256_crypt', one, '$5$saltstringsaltst$1GyCm945do1U.mEaHa5aNvT4hMrgOn9aeSvNvbeYrN5'],
  ['sha256_crypt', other, '$5$saltstringsaltst$4PNfFSo3Fr.k08VD8qlLbRxqhuDltJu55xRa4/yfDz.'],
  [
    'sha256_crypt with rounds',
    one,
    '$5$rounds=12345$CizuPuWIy5Fs3WJE$SzOcjTxmN/EbzswqOPUWQ7WZyboj/FMn01eGQz2GgD7',
  ],
  [
    'sha256_crypt with rounds',
    other,
    '$5$rounds=12345$CizuPuWIy5Fs3WJE$GybqSLFt.LfGBWXzwZYtXczQo5tfsmoJ8l9QdDplI/7',
  ],
  [
    'sha256_crypt of a long password with a short salt',
    'a walk '.repeat(20),
    '$5$x$ieC/0OVBP2ywWyrRaSNlQNupDO6QzMOPassCjiEv8U3',
  ],
  [
    'sha256_crypt of nothing, without a salt',
    '',
    '$5$rounds=1000$$jAQ1NZgJkatmWyAsK0NxDcSXTB41aRCrTggwkNbBkXA',
  ],
  ['Django', one, 'pbkdf2_sha256$29000$YZnTPM4FDWIC$fZgevmVJVdlrJ4EMq/N/BKUoyTy1lpUsTjcHbeamo20='],
  [
    'Django',
    other,
    'pbkdf2_sha256$29000$YZnTPM4FDWIC$d27i2nT8Q8nLq1/3bsng6fQM8e4fEqvXQefO/prEigQ=',
  ],
  [
    'Mithril, salted with bytes',
    one,
    'mithril-pbkdf2$10000$000102030405060708090a0b0c0d0e0f$26d492ecaf293e66af295343b7bc36466114fe1cf19fc999006c46d3e7440fcf',
  ],
  [
    'Mithril, salted with text',
    one,
    'mithril-pbkdf2$10000$000102030405060708090a0b0c0d0e0f$48444fb9080c85e1ef2b23379d16c06271327d4c469426caa5084ad1fef28d9a',
  ],
  ['bcrypt 2a', one, '$2a$08$abcdefghijklmnopqrstuum1vbQFIYlDcLc2jMt2jIQluP6.C76Wq'],
  ['bcrypt 2b', one, '$2b$10$abcdefghijklmnopqrstuu.aerwFyMfPcdf6eLVDNVBwAGFz.cqC2'],
  ['bcrypt 2b', other, '$2b$10$abcdefghijklmnopqrstuu.I8CoN.uvBU0UWA/UsYt.CjAjWIvwQC'],
  ['bcrypt 2y', one, '$2y$04$abcdefghijklmnopqrstuu1nXF.zFSTEefA0/d1Ol/9smJMGTtaw6'],
];

const passwords = argon2Hasher({ concurrency: 2 });

describe('hashes of older systems', () => {
  it.each(vectors)('of %s fit %s, and it alone', async (_form, password, hash) => {
    expect(await passwords.verify(hash, password)).toBe(true);
    expect(await passwords.verify(hash, `${password}x`)).toBe(false);
    expect(await passwords.verify(hash, ` ${password}`)).toBe(false);
  });

  it.each(vectors)('of %s are known, and to be replaced (%s)', (_form, _password, hash) => {
    expect(passwords.isKnown(hash)).toBe(true);
    expect(passwords.needsRehash(hash)).toBe(true);
  });

  it('are replaced by hashes that stay', async () => {
    const hash = await passwords.hash('a long walk at dusk');

    expect(hash).toMatch(/^\$argon2id\$/);
    expect(passwords.isKnown(hash)).toBe(true);
    expect(passwords.needsRehash(hash)).toBe(false);
  });

  it.each(vectors.map(([, , hash]) => hash))('that were cut are not known: %s', (hash) => {
    const cut = Array.from(hash, (_, length) => hash.slice(0, length));

    expect(cut.filter((part) => passwords.isKnown(part))).toEqual([]);
  });

  it.each([
    '',
    '$',
    'a long walk at dusk',
    '$1$saltsalt$0123456789012345678901',
    '$6$saltsalt$x',
    `$5$rounds=abc$salt$${'x'.repeat(43)}`,
    `$pbkdf2-sha256$0$salt$${'x'.repeat(43)}`,
    `$pbkdf2-sha256$29000$sa!t$${'x'.repeat(43)}`,
    `$2b$99$${'x'.repeat(53)}`,
    `$2x$10$${'x'.repeat(53)}`,
    '$argon2id$v=19$m=19456,t=2,p=1$$',
    `$argon2id$v=19$m=1,t=0,p=0$c2FsdHNhbHQ$${'x'.repeat(43)}`,
    '\u0000$2b$10$',
  ])('that are broken fit nothing: %j', async (hash) => {
    expect(await passwords.verify(hash, 'a long walk at dusk')).toBe(false);
  });

  it.each([
    `$5$rounds=1000001$salt$${'x'.repeat(43)}`,
    `$5$rounds=999999999$salt$${'x'.repeat(43)}`,
    `$pbkdf2-sha256$5000001$salt$${'x'.repeat(43)}`,
    `pbkdf2_sha256$9999999$salt$${'x'.repeat(43)}=`,
    `$2b$15$${'x'.repeat(53)}`,
    `$2b$31$${'x'.repeat(53)}`,
    `$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
    `$argon2id$v=19$m=19456,t=999,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
  ])('that would cost too much are not begun: %s', async (hash) => {
    const began = performance.now();
    const isRight = await passwords.verify(hash, 'a long walk at dusk');

    expect(isRight).toBe(false);
    expect(passwords.isKnown(hash)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('leave the event loop free while they are checked', async () => {
    const costly = `$5$rounds=300000$salt$${'x'.repeat(43)}`;
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    const began = performance.now();

    const isRight = await passwords.verify(costly, other);

    const tookMs = performance.now() - began;
    delays.disable();
    expect(isRight).toBe(false);
    expect(delays.max / 1e6).toBeLessThan(tookMs / 2);
  });
});
