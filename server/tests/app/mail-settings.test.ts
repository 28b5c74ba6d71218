import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-test-'));

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

const read = (environment: Record<string, string>) => readConfig({ DATA_DIR, ...environment }).mail;

describe('the settings of mail', () => {
  it('have files when there are none, from the host that clients use', () => {
    expect(read({})).toEqual({ server: null, sender: 'Rookery <no-reply@localhost>' });
    expect(read({ PUBLIC_URL: 'https://photos.example.com/app' }).sender).toBe(
      'Rookery <no-reply@photos.example.com>',
    );
  });

  it.each([
    [
      { SMTP_URL: 'smtp://al%40ice:p%2Fw@mail.example.com' },
      {
        host: 'mail.example.com',
        port: 587,
        isSecure: false,
        needsTls: true,
        login: { user: 'al@ice', pass: 'p/w' },
      },
    ],
    [
      { SMTP_URL: 'smtps://mail.example.com' },
      { host: 'mail.example.com', port: 465, isSecure: true, needsTls: false, login: null },
    ],
    [
      {
        SMTP_URL: 'smtp://a:b@127.0.0.1:2525',
        MAIL_SERVER: '127.0.0.1',
        MAIL_PORT: '2525',
        MAIL_USERNAME: 'a',
        MAIL_PASSWORD: 'b',
      },
      { host: '127.0.0.1', port: 2525, isSecure: false, needsTls: false, login: expect.anything() },
    ],
    [
      { MAIL_SERVER: 'mail.example.com', MAIL_USERNAME: 'a', MAIL_PASSWORD: 'b' },
      {
        host: 'mail.example.com',
        port: 25,
        isSecure: false,
        needsTls: true,
        login: { user: 'a', pass: 'b' },
      },
    ],
    [
      { MAIL_SERVER: 'mail.example.com', MAIL_USE_TLS: 'True' },
      { host: 'mail.example.com', port: 587, isSecure: false, needsTls: true, login: null },
    ],
    [
      { MAIL_SERVER: 'mail.example.com', MAIL_USE_SSL: '1', MAIL_USE_TLS: 'False' },
      { host: 'mail.example.com', port: 465, isSecure: true, needsTls: false, login: null },
    ],
  ])('are read from %j', (environment, server) => {
    expect(read(environment).server).toMatchObject(server);
  });

  it.each([
    [
      { SMTP_URL: 'smtp://a:b@127.0.0.1:2525', MAIL_SERVER: 'other.example.com' },
      'SMTP_URL and MAIL_SERVER (with its port, user and password) name different servers.',
    ],
    [{ SMTP_URL: 'http://mail.example.com' }, 'SMTP_URL'],
    [
      { SMTP_URL: 'smtp://a:%zz@mail.example.com' },
      'SMTP_URL has a % without two hexadecimal digits',
    ],
    [{ MAIL_USERNAME: 'a', MAIL_PASSWORD: 'b' }, 'MAIL_SERVER is not. Set it'],
    [{ MAIL_SERVER: 'a.example.com', MAIL_USERNAME: 'a' }, 'Set both, or none.'],
    [
      { MAIL_SERVER: 'a.example.com', MAIL_USE_TLS: 'true', MAIL_USE_SSL: 'true' },
      'MAIL_USE_SSL and MAIL_USE_TLS are both true.',
    ],
    [{ MAIL_DEFAULT_SENDER: 'a@example.com\r\nBcc: b@example.com' }, 'MAIL_DEFAULT_SENDER'],
    [{ MAIL_DEFAULT_SENDER: 'nobody' }, 'MAIL_DEFAULT_SENDER'],
  ])('of %j are refused', (environment, message) => {
    expect(() => read(environment)).toThrow(message);
  });
});
