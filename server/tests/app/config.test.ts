import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/app/config.ts';

const goodSecret = '9f2c41d07ab3e65818c0f47d2b9e3a6c';

describe('the configuration', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'rookery-config-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('needs nothing but a folder', () => {
    const config = readConfig({ DATA_DIR: dataDir });

    expect(config).toMatchObject({
      env: 'development',
      http: {
        host: '127.0.0.1',
        port: 3000,
        publicUrl: null,
        trustedProxies: [],
        corsOrigins: [],
        allowsLoopbackOrigins: true,
      },
      databaseUrl: `sqlite:${join(dataDir, 'rookery.sqlite')}`,
      logLevel: 'debug',
      notices: [],
      signUps: 'open',
      hasRateLimits: true,
      media: { maxBytes: 20_000_000, maxPixels: 120_000_000, quotaBytes: 10_000_000_000 },
    });
    expect(config.contracts).toContain('v2');
  });

  it.each(['/proc/rookery', '/dev/null/rookery'])(
    'says that DATA_DIR=%s cannot be used, and does not try forever',
    (folder) => {
      expect(() => readConfig({ DATA_DIR: folder })).toThrow(
        `DATA_DIR=${folder} cannot be used: E`,
      );
    },
  );

  it('takes an empty setting for one that is not set', () => {
    expect(readConfig({ DATA_DIR: dataDir, PORT: '', PUBLIC_URL: ' ' }).http).toMatchObject({
      port: 3000,
      publicUrl: null,
    });
  });

  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://App.Example.com:443', 'https://app.example.com'],
    ['http://localhost:8081', 'http://localhost:8081'],
    ['http://tauri.localhost', 'http://tauri.localhost'],
    ['https://müller.example', 'https://xn--mller-kva.example'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['ionic://localhost', 'ionic://localhost'],
    ['tauri://localhost', 'tauri://localhost'],
    ['exp://192.168.1.5:8081', 'exp://192.168.1.5:8081'],
    ['chrome-extension://abcdefgh', 'chrome-extension://abcdefgh'],
  ])('CORS_ORIGINS takes %s for %s', (given, origin) => {
    expect(readConfig({ DATA_DIR: dataDir, CORS_ORIGINS: given }).http.corsOrigins).toEqual([
      origin,
    ]);
  });

  it.each([
    'null',
    '*',
    'https://*',
    'https://*.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://user@app.example.com',
    'capacitor://',
    'capacitor:localhost',
    'file:///index.html',
    'javascript://alert',
    'app.example.com',
  ])('CORS_ORIGINS refuses %s', (given) => {
    expect(problemsOf({ CORS_ORIGINS: given })).toEqual([
      expect.stringContaining(`CORS_ORIGINS names ${given}, which is not an origin.`),
    ]);
  });

  it('tells every problem at once', () => {
    const problems = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'example.com',
      DATABASE_URL: 'mysterydb://host/name',
      CONTRACTS: 'nope',
      TRUSTED_PROXIES: 'the-proxy',
      CORS_ORIGINS: 'app.example.com',
      UPLOAD_MAX_MB: '1.5',
      SECRET_KEY: 'short',
    });

    expect(new Set(problems.map((text) => text.split(' ')[0]))).toEqual(
      new Set([
        'CONTRACTS',
        'CORS_ORIGINS',
        'DATABASE_URL',
        'LOG_LEVEL',
        'PORT',
        'PUBLIC_URL',
        'SECRET_KEY',
        'TRUSTED_PROXIES',
        'UPLOAD_MAX_MB',
      ]),
    );
  });

  it.each(['10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0'])(
    'refuses to trust “%s”',
    (network) => {
      const problems = problemsOf({ TRUSTED_PROXIES: network });

      expect(problems).toEqual([expect.stringContaining('TRUSTED_PROXIES names')]);
    },
  );

  it('reads a secret from the file that its twin names', () => {
    const file = join(dataDir, 'key');
    writeFileSync(file, `${goodSecret}\n`);

    expect(readConfig({ DATA_DIR: dataDir, SECRET_KEY_FILE: file }).secretKey).toBe(goodSecret);
  });

  it('refuses a secret given twice, and a file that is not there', () => {
    const file = join(dataDir, 'key');
    writeFileSync(file, goodSecret);

    expect(problemsOf({ SECRET_KEY: goodSecret, SECRET_KEY_FILE: file })).toEqual([
      'SECRET_KEY and SECRET_KEY_FILE are both set. Keep one of them.',
    ]);
    expect(problemsOf({ SECRET_KEY_FILE: join(dataDir, 'nothing') })).toMatchObject([
      expect.stringContaining('SECRET_KEY_FILE names a file that cannot be read'),
    ]);
  });

  it.each([
    ['is short', 'abc123'],
    ['is one letter', 'x'.repeat(40)],
    ['repeats a few letters', 'ab12'.repeat(10)],
    ['comes from an example', 'please-change-me-0123456789abcdef-xyz'],
    ['names itself', 'my-very-secret-key-9f2c41d07ab3e658'],
  ])('refuses a secret that %s', (_name, SECRET_KEY) => {
    expect(problemsOf({ SECRET_KEY })).toMatchObject([expect.stringMatching(/^SECRET_KEY /)]);
  });

  it('makes a secret once, for its owner alone', () => {
    const first = readConfig({ DATA_DIR: dataDir }).secretKey;
    const second = readConfig({ DATA_DIR: dataDir }).secretKey;
    const file = join(dataDir, 'secret-key');

    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    expect(readFileSync(file, 'utf8')).toBe(`${first}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['secret-key']);
  });

  it('says so when the kept secret is empty', () => {
    writeFileSync(join(dataDir, 'secret-key'), '');

    expect(problemsOf({})).toMatchObject([
      expect.stringContaining('does not contain a secret key'),
    ]);
  });

  it('makes no secret while anything else is wrong', () => {
    problemsOf({ PORT: 'many' });

    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('is content in production with an address', () => {
    const environment = { ROOKERY_ENV: 'production', PUBLIC_URL: 'https://example.com/' };

    expect(readConfig({ ...environment, DATA_DIR: dataDir }).http.publicUrl).toBe(
      'https://example.com',
    );
  });

  function problemsOf(environment: Record<string, string>): readonly string[] {
    try {
      readConfig({ DATA_DIR: dataDir, ...environment });
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  }
});
