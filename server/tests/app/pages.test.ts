import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type Mailed, mailed } from '../support/mailed.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const own = {
  INSTANCE_NAME: 'Dunes & Co.',
  INSTANCE_ACCENT: '#FFD400',
  APP_URL: 'https://dunes.example/',
  SECURITY_CONTACT: 'security@dunes.example',
  PUBLIC_URL: 'https://api.dunes.example/photos',
};

describe('the pages of a server', () => {
  let server: TestServer;

  afterEach(() => server.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    server.send('GET', path, { headers });

  it('run nothing, load nothing from elsewhere, and look as their policy says', async () => {
    server = await testServer({ contracts: 'all' });

    for (const [path, status] of [
      ['/', 200],
      ['/nothing', 404],
    ] as const) {
      const page = await get(path, html);
      const style = /<style>([\s\S]*?)<\/style>/.exec(page.body)?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      expect([page.status, page.headers['content-type']]).toEqual([
        status,
        'text/html; charset=utf-8',
      ]);
      expect(page.headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
      expect(page.headers['content-security-policy']).not.toContain('script-src');
      expect(page.body).not.toMatch(/<script| style=| on\w+=|(src|href)="(https?:)?\/\//);
      expect(page.body).toContain('<html lang="en">');
    }
    expect((await get('/', html)).body).toContain('<code>/compat/hmlet</code>');
  });

  it.each(['/v2/nothing', '/compat/hmlet/nothing', '/photo/nothing', '/v1/nothing'])(
    'are not sent in place of an error of an API: %s',
    async (path) => {
      server = await testServer({ contracts: 'all' });

      expect((await get(path, html)).headers['content-type']).not.toContain('html');
    },
  );

  it('have a small picture, and tell search engines to stay out', async () => {
    server = await testServer();
    const icon = await get('/favicon.svg');
    const robots = await get('/robots.txt');

    expect(icon.headers['content-type']).toContain('image/svg+xml');
    expect(icon.body).toContain('#0b6b63');
    expect(robots.body).toContain('Disallow: /\n');
  });

  it('say where to report a vulnerability, where somebody has said so', async () => {
    server = await testServer();
    const missing = await get('/.well-known/security.txt');
    await server.close();
    server = await testServer({ environment: own });
    const { headers, body } = await get('/.well-known/security.txt');

    expect(missing.status).toBe(404);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(body).toContain('Contact: mailto:security@dunes.example\n');
    expect(body).toContain(
      'Canonical: https://api.dunes.example/photos/.well-known/security.txt\n',
    );
    const expires = Date.parse(/^Expires: (.+)$/m.exec(body)?.[1] ?? '');
    expect(expires).toBeGreaterThan(Date.now());
    expect(expires).toBeLessThan(Date.now() + 365 * 24 * 3_600_000);
  });

  it('have the name, the color and the app of the installation', async () => {
    server = await testServer({ environment: own });
    const front = await get('/', html);
    const reset = await get('/reset-password?lang=es');
    const docs = await get('/docs/');
    const { body: document } = await get('/openapi.json');

    expect(front.body).toContain('<title>Dunes &#38; Co.</title>');
    expect(front.body).toContain('href="https://dunes.example"');
    // Yellow on paper could not be read: a darker shade stands for it.
    expect(front.body).not.toContain('light-dark(#ffd400');
    expect(reset.body).toContain('Ir a Dunes &#38; Co.');
    expect(reset.body).toContain('data-action="/photos/v2/password-recoveries/confirm"');
    expect(docs.body).toContain('Dunes & Co.: API');
    expect(document.info.title).toBe('Dunes & Co.');
  });
});

describe('what an installation is called', () => {
  let rig: Mailed;

  afterEach(() => rig.close());

  it('stands in mails, in authenticator apps and at passkeys', async () => {
    rig = await mailed({ environment: own });
    await rig.signUp('alice');
    const mail = await rig.mailTo('alice@example.com');
    const body = { password: passwords.alice };
    const totp = await rig.server.send('POST', '/v2/me/totp', { as: 'alice', body });
    const passkey = await rig.server.send('POST', '/v2/me/passkeys/options', { as: 'alice' });

    expect(mail.from?.name).toBe('Dunes & Co.');
    expect(mail.text).toMatch(/\n-- \nDunes & Co\.\nhttps:\/\/dunes\.example\n+$/);
    expect(mail.html).toContain('Dunes &#38; Co.');
    expect(totp.body.otpauthUri).toContain('issuer=Dunes%20%26%20Co.');
    expect(JSON.stringify(passkey.body)).toContain('"name":"Dunes & Co."');
  });
});
