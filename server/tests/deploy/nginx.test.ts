import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { settingRows } from '../../src/app/settings/settings-page.ts';
import { selfSigned } from '../support/certificates.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, rootDir, temporaryFolder } from '../support/process.ts';
import { checkShippedNginx, hasNginx } from '../support/shipped-nginx.ts';

const reason = hasNginx ? '' : ' (skipped: nginx is not installed)';
const shipped = readFileSync(join(rootDir, 'deploy/nginx/rookery.conf'), 'utf8');
const tls = readFileSync(join(rootDir, 'deploy/nginx/rookery.d/tls.conf.example'), 'utf8');
const webs = ['http://127.0.0.1:3001', 'http://127.0.0.1:3002'] as const;

describe('deploy/nginx/rookery.conf', () => {
  afterEach(cleanUp);

  it.runIf(hasNginx)(`is accepted by nginx${reason}`, async () => {
    const { text } = checkShippedNginx({ port: await freePort(), webs });

    expect(text).toMatch(/test is successful/);
  });

  it.runIf(hasNginx)(`is accepted with the example for TLS${reason}`, async () => {
    const folder = temporaryFolder();
    const { cert, key } = selfSigned();
    writeFileSync(join(folder, 'fullchain.pem'), cert);
    writeFileSync(join(folder, 'privkey.pem'), key);
    const extra = tls
      .replace('listen 443 ', `listen 127.0.0.1:${await freePort()} `)
      .replaceAll('/etc/nginx/tls/', `${folder}/`);

    const { text } = checkShippedNginx({ port: await freePort(), webs }, extra);

    expect(text).toMatch(/test is successful/);
  });

  it('lets through what the largest upload needs in base64, and little more', () => {
    const megabytes = Number(/client_max_body_size (\d+)m;/.exec(shipped)?.[1]);
    const upload = settingRows().find(({ name }) => name === 'UPLOAD_MAX_MB');
    const largest = Math.ceil((Number(upload?.default) * 1e6) / 3) * 4 + 4096;

    expect(megabytes * 1024 * 1024).toBeGreaterThanOrEqual(largest);
    expect((megabytes - 1) * 1024 * 1024).toBeLessThan(largest);
  });
});
