import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const s3 = {
  S3_ENDPOINT: 'https://s3.example.com',
  S3_BUCKET: 'photos',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
};

const DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-test-'));

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

describe('the settings of S3', () => {
  it('keep pictures in files when there are none', () => {
    expect(read({}).s3).toBeNull();
  });

  it('have defaults for all but four', () => {
    expect(read(s3).s3).toEqual({
      endpoint: 'https://s3.example.com',
      bucket: 'photos',
      region: 'us-east-1',
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      hasPathStyle: true,
      publicUrl: null,
    });
  });

  it('may be read from files', () => {
    const file = join(DATA_DIR, 'secret');
    writeFileSync(file, 'from-a-file\n');
    const { S3_SECRET_ACCESS_KEY: _, ...others } = s3;

    const config = read({ ...others, S3_SECRET_ACCESS_KEY_FILE: file });

    expect(config.s3?.secretAccessKey).toBe('from-a-file');
  });

  it.each([
    [
      { S3_BUCKET: 'photos' },
      'S3_BUCKET is set, but S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY are not.',
    ],
    [
      { ...s3, S3_SECRET_ACCESS_KEY: '' },
      'S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID are set, but S3_SECRET_ACCESS_KEY is not.',
    ],
    [{ S3_PUBLIC_URL: 'https://media.example.com' }, 'S3_PUBLIC_URL is set, but S3_ENDPOINT,'],
    [{ ...s3, S3_ENDPOINT: 's3.example.com' }, 'S3_ENDPOINT is not an address'],
    [{ ...s3, S3_BUCKET: 'My Photos' }, 'S3_BUCKET must match'],
  ])('are refused when they do not fit together: %j', (settings, message) => {
    expect(() => read(settings)).toThrow(message);
  });
});

function read(settings: Record<string, string>) {
  return readConfig({ DATA_DIR, ...settings });
}
