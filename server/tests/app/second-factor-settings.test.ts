import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-test-'));

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

describe('the settings of passkeys', () => {
  it.each([
    [{}, 'localhost', ['http://127.0.0.1:3000', 'http://localhost:3000']],
    [{ HOST: '::', PORT: '80' }, 'localhost', ['http://localhost']],
    [{ PUBLIC_URL: 'https://example.com/app' }, 'example.com', ['https://example.com']],
    [
      {
        PUBLIC_URL: 'https://api.example.com',
        WEBAUTHN_RP_ID: 'example.com',
        WEBAUTHN_ORIGINS: 'https://example.com, android:apk-key-hash:abc',
      },
      'example.com',
      ['https://api.example.com', 'https://example.com', 'android:apk-key-hash:abc'],
    ],
  ])('%j are for %s', (environment, rpId, origins) => {
    expect(read(environment).webauthn).toEqual({ rpId, origins });
  });

  it.each([
    [
      { WEBAUTHN_ORIGINS: 'app.example.com' },
      'WEBAUTHN_ORIGINS names app.example.com, which is no',
    ],
    [
      { PUBLIC_URL: 'https://api.example.com', WEBAUTHN_ORIGINS: 'https://example.com' },
      'WEBAUTHN_ORIGINS names https://example.com, which is not within api.example.com',
    ],
    [
      { PUBLIC_URL: 'https://example.com', WEBAUTHN_RP_ID: 'ample.com' },
      'WEBAUTHN_RP_ID is ample.com, but clients reach the server at example.com.',
    ],
  ])('%j are refused', (environment, problem) => {
    expect(() => read(environment)).toThrow(problem);
  });
});

function read(environment: Record<string, string>) {
  return readConfig({ DATA_DIR, ...environment });
}
