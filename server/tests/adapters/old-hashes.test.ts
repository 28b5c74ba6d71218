import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hash as argon2 } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { argon2Hasher } from '../../src/adapters/passwords/argon2.ts';

// Made by passlib 1.7.4, libxcrypt 4.4 (bcrypt, $6$, and $5$ once more), `openssl passwd`, Werkzeug 3.1 and Python's hashlib
// (Mithril, phpass, Firebase's scrypt with OpenSSL's AES). The first of phpass and of Firebase are published by their makers.
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
  [
    'Werkzeug scrypt',
    one,
    'scrypt:32768:8:1$cahk3BriFWbhEnSu$7a178ceec030b8cf7a42f5a71b63ca32b4d7decb9a71147095c2d9a865673309fa0a0aec94dbf55e42bf13e3970e4a63412103ee477a2e6d6085644274c2a26d',
  ],
  [
    'Werkzeug scrypt of other costs',
    other,
    'scrypt:1024:4:2$C5mzbiau4mIJNaf2$e5f268115125b4104f7dfa5b3c5a40ccea6cf961f548b2e5be8f1fb735a6ab687faac49a9b7a85d2db76c6ceaca57ec11f22adfe8865d77180ab9246b5715672',
  ],
  [
    'Werkzeug pbkdf2',
    other,
    'pbkdf2:sha256:1000$fCYG1Oi8uEoqCluf$b151dbef98210b1ae77c753091ce21b42158c3a7f65b02a39616d0da217e546d',
  ],
  [
    'Werkzeug pbkdf2 with SHA-1',
    one,
    'pbkdf2:sha1:1000$p8TvOkWRkdmEecQ4$281a97cd1bc23b3cca810ea817e6c28a0be3ce91',
  ],
  [
    'Werkzeug pbkdf2 with SHA-512',
    one,
    'pbkdf2:sha512:1000$Z4P24gtTZQqQEA1h$9de27a3867280cc2c7b463c5196e9f332e27bd6d17af1a5daf291929ee7f58cddf0a1083e46e4db4855e923d07f14b7a2a93e84e073dc3dd3a4f862c603620b0',
  ],
  [
    'sha512_crypt',
    one,
    '$6$saltstringsaltst$6/DLU1YX1EN0NXXvBjwVAFAixp3x71lLIDZgbmU51no.JnwZitr0mweaRyHzGuRNA.O7iVPAUAdm.Eo6Ws/xN1',
  ],
  [
    'sha512_crypt with rounds',
    other,
    '$6$rounds=12345$CizuPuWIy5Fs3WJE$c5rCJmgUwJYIJKNuCfjsZ9eNVajcQUjBhX2c4Gv4JIq/NdkQsebXYYL2v/Cc8xQ8n4IfuGB4t6m9RonyzRxwO/',
  ],
  [
    'sha512_crypt of a long password with a short salt',
    'a walk '.repeat(20),
    '$6$x$Knf9qJibP/zSmzGr1z.gKGGJjfnVS6Oy82D85ea010kc2W.QR4HJLETKVyLAD6DT3ZpBzF1QvgOgsEAArx8lz0',
  ],
  [
    'sha512_crypt of nothing, without a salt',
    '',
    '$6$rounds=1000$$NPMepfN3/Cv.LPoa7suAzCVH3BhfhhB2wHuwY51WjZgqg.e601K6RWCJ7AHYXHZcp4ilHQ0xlpG1yRxSYX3TP/',
  ],
  [
    'sha512_crypt of OpenSSL',
    'dunes-at-noon-1',
    '$6$Uo4bQ9yFq1r8xYzA$ZL4KKhA4A099kQ2VyGRMbrqG35NuCLxL5rCrTKDIWnUe2td751vgGIV516c7zAJOOnpS8w6ODLHu1fAaP4Y/n/',
  ],
  [
    'sha256_crypt of OpenSSL',
    'dunes-at-noon-1',
    '$5$Uo4bQ9yFq1r8xYzA$C6DFdOO5cRqNP3j89zUKBTz7GY4rYaeqKqDfpQd/s9B',
  ],
  ['phpass', 'test12345', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'],
  ['phpass', one, '$P$BabcdEFGHqnoH6RHfB/BvCaKzba9kr/'],
  ['phpass of phpBB', other, '$H$7./abzAZ99PXy8OVcJgX1FilmYO8VZ0'],
  [
    'Firebase scrypt',
    'user1password',
    '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  ],
  [
    'Firebase scrypt of other costs',
    other,
    '$fbscrypt$v=1,n=10,r=4,p=1,ss=Bw==,sk=Dju+kmVnI72dG5113JmO031OBWKCdfekt4WWS98BffcsEGDMsNJ+Gqouizk8WT8LMt2HRweBDTfaf4YZYNWqpQ==$c2FsdCBvZiBhIHRlc3Q=$bD3M2y9Pif1KVbKxZZd1KFTNz2f7ucJM5L8F3a4dO4JD1Rc7mauEalcMVDJ3yFBcV32IltGUFCqMLKnejMaxbA==',
  ],
  ['bcrypt 2a', one, '$2a$08$abcdefghijklmnopqrstuum1vbQFIYlDcLc2jMt2jIQluP6.C76Wq'],
  ['bcrypt 2b', one, '$2b$10$abcdefghijklmnopqrstuu.aerwFyMfPcdf6eLVDNVBwAGFz.cqC2'],
  ['bcrypt 2b', other, '$2b$10$abcdefghijklmnopqrstuu.I8CoN.uvBU0UWA/UsYt.CjAjWIvwQC'],
  ['bcrypt 2y', one, '$2y$04$abcdefghijklmnopqrstuu1nXF.zFSTEefA0/d1Ol/9smJMGTtaw6'],
];

const passwords = argon2Hasher({ concurrency: 2 });

describe('a password whose letters can be composed in two ways', () => {
  const composed = 'mañana-de-sol'.normalize('NFC');
  const decomposed = composed.normalize('NFD');

  it.each([
    ['composed', composed],
    ['decomposed', decomposed],
  ])('fits as either when its hash was made of it %s', async (_how, typed) => {
    const hash = await passwords.hash(typed);

    expect(await passwords.verify(hash, composed)).toBe(true);
    expect(await passwords.verify(hash, decomposed)).toBe(true);
    expect(await passwords.verify(hash, 'manana-de-sol')).toBe(false);
  });

  it('fits a hash that was made of it as typed, before', async () => {
    const before = await argon2(decomposed, { memoryCost: 64, timeCost: 1, parallelism: 1 });

    expect(await passwords.verify(before, decomposed)).toBe(true);
  });

  it('fits a hash of an older system that composed it', async () => {
    // Of Python's hashlib.
    const hash =
      'pbkdf2:sha256:1000$salt$028db41f54fb429571e6ab8b4fbd2d73da8d00919950cb030b39a5abd3dff723';

    expect(await passwords.verify(hash, composed)).toBe(true);
    expect(await passwords.verify(hash, decomposed)).toBe(true);
  });
});

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
    `pbkdf2:md5:1000$salt$${'0'.repeat(32)}`,
    `pbkdf2:sha256:0$salt$${'0'.repeat(64)}`,
    `pbkdf2:sha256$salt$${'0'.repeat(64)}`,
    `sha256$salt$${'0'.repeat(64)}`,
    `scrypt:1000:8:1$salt$${'0'.repeat(128)}`,
    `scrypt:1:8:1$salt$${'0'.repeat(128)}`,
    `scrypt:1024:0:1$salt$${'0'.repeat(128)}`,
    `$6$rounds=abc$salt$${'x'.repeat(86)}`,
    `$6$salt$${'x'.repeat(43)}`,
    `$5$salt$${'x'.repeat(86)}`,
    `$P$5abcdefgh${'x'.repeat(21)}`,
    `$P$.abcdefgh${'x'.repeat(22)}`,
    '$fbscrypt$v=1,n=10,r=4,p=1,ss=Bw==,sk=AAAA$AAAA$AAAAAAAA',
    '$fbscrypt$v=2,n=10,r=4,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA',
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
    `pbkdf2:sha256:5000001$salt$${'0'.repeat(64)}`,
    `scrypt:262144:8:1$salt$${'0'.repeat(128)}`,
    `scrypt:16384:64:2$salt$${'0'.repeat(128)}`,
    `$6$rounds=1000001$salt$${'x'.repeat(86)}`,
    `$P$Habcdefgh${'x'.repeat(22)}`,
    '$fbscrypt$v=1,n=18,r=8,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA',
    '$fbscrypt$v=1,n=17,r=16,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA',
    `$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
    `$argon2id$v=19$m=19456,t=999,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
  ])('that would cost too much are not begun: %s', async (hash) => {
    const began = performance.now();
    const isRight = await passwords.verify(hash, 'a long walk at dusk');

    expect(isRight).toBe(false);
    expect(passwords.isKnown(hash)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it.each([
    [
      `$pbkdf2-sha256$2000000$salt$${'x'.repeat(43)}`,
      `$pbkdf2-sha256$2000001$salt$${'x'.repeat(43)}`,
    ],
    [
      `pbkdf2_sha256$2000000$salt$${'x'.repeat(43)}=`,
      `pbkdf2_sha256$2000001$salt$${'x'.repeat(43)}=`,
    ],
    [
      `pbkdf2:sha256:2000000$salt$${'0'.repeat(64)}`,
      `pbkdf2:sha256:2000001$salt$${'0'.repeat(64)}`,
    ],
    [`$5$rounds=700000$salt$${'x'.repeat(43)}`, `$5$rounds=700001$salt$${'x'.repeat(43)}`],
    [`$6$rounds=700000$salt$${'x'.repeat(86)}`, `$6$rounds=700001$salt$${'x'.repeat(86)}`],
    [`$2b$13$${'x'.repeat(53)}`, `$2b$14$${'x'.repeat(53)}`],
    [
      `$argon2id$v=19$m=262144,t=4,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
      `$argon2id$v=19$m=262144,t=5,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
    ],
  ])('are imported up to a bound: %s', (within, beyond) => {
    expect([passwords.isKnown(within), passwords.isKnown(beyond)]).toEqual([true, false]);
  });

  it('that earlier versions imported beyond that bound still fit', async () => {
    const hash = '$5$rounds=700001$salt$sTjGInKnGdzbBGDhl1u6zR6Ieu/K2.nDDbzHepEFOy5';

    expect(passwords.isKnown(hash)).toBe(false);
    expect(await passwords.verify(hash, one)).toBe(true);
  });

  it('keep nobody waiting whose hash is ours', async () => {
    const cost = { memoryCost: 64, timeCost: 1, parallelism: 1 };
    const hasher = argon2Hasher({ concurrency: 2, cost });
    const own = await hasher.hash(one);
    const costly = `$5$rounds=20000$salt$${'x'.repeat(43)}`;
    let ended = 0;
    const others = Array.from({ length: 12 }, async () => {
      await hasher.verify(costly, one).finally(() => {
        ended += 1;
      });
    });

    const isRight = await hasher.verify(own, one);
    const endedBefore = ended;
    await Promise.allSettled(others);

    expect([isRight, ended]).toEqual([true, 12]);
    expect(endedBefore).toBeLessThan(12);
  });

  it('are refused, not queued, when too many wait', async () => {
    const costly = `$5$rounds=20000$salt$${'x'.repeat(43)}`;
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, () => passwords.verify(costly, one)),
    );
    const refused = results.filter(({ status }) => status === 'rejected');

    expect(refused.length).toBeGreaterThan(0);
    expect(refused).toEqual(
      refused.map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'unavailable' }),
      })),
    );
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
