import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mailed, mailed } from '../support/mailed.ts';
import { passwords } from '../support/server.ts';
import { tokenIn } from '../support/smtp.ts';

const between = (html: string, tag: string) =>
  new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? '';

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

describe('the pages that mails lead to', () => {
  let rig: Mailed;

  beforeEach(async () => {
    rig = await mailed();
  });

  afterEach(() => rig.close());

  /** A browser, as far as the page's script knows one: it opens a link, fills the field in and presses the button. */
  async function opened(link: string, field: Record<string, string> = {}) {
    const { pathname, search, hash } = new URL(link);
    const page = (await rig.server.send('GET', pathname + search)).body as string;
    const dataset = Object.fromEntries(
      [...page.matchAll(/data-(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]),
    );
    const status = { textContent: '', dataset: {} as { kind?: string }, focus() {} };
    const location = { pathname, search, hash };
    let followHash = (): void => {};
    let submit = async (_event: object): Promise<void> => {};
    const form = {
      dataset,
      hidden: false,
      addEventListener: (_name: string, listener: typeof submit) => void (submit = listener),
    };
    const parts: Record<string, unknown> = { form, button: {}, '[role=status]': status };
    const shown: string[] = [];
    runInNewContext(between(page, 'script'), {
      URLSearchParams,
      FormData: function FormData() {
        return Object.entries(field);
      },
      document: { querySelector: (selector: string) => parts[selector] },
      location,
      addEventListener: (_name: 'hashchange', listener: () => void) => void (followHash = listener),
      history: {
        replaceState(_state: null, _title: string, to: string) {
          shown.push(to);
          location.hash = '';
        },
      },
      fetch: async (path: string, { body }: { body: string }) => {
        const answer = await rig.server.send('POST', path, { body });
        return { ok: answer.status < 300, json: async () => answer.body };
      },
    });
    const follow = (to: string) => {
      location.hash = new URL(to).hash;
      followHash();
    };
    return { press: () => submit({ preventDefault() {} }), follow, status, form, shown };
  }

  it.each(['/verify-email', '/reset-password'])(
    'S77: %s runs its own script alone, is framed by nobody and kept by nobody',
    async (path) => {
      const { status, headers, body } = await rig.server.send('GET', `${path}?lang=en`);

      const policy = headers['content-security-policy'] ?? '';
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`script-src '${hashOf(between(body, 'script'))}'`);
      expect(policy).toContain(`style-src '${hashOf(between(body, 'style'))}'`);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(body).not.toMatch(/ on\w+=| style=/);
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    },
  );

  it('speak English, or the language that the link names first', async () => {
    const spanish = await rig.server.send('GET', '/reset-password?lang=es');
    const unknown = await rig.server.send('GET', '/reset-password?lang=%22%3E%3Cscript%3E');
    const twice = await rig.server.send('GET', '/reset-password?lang=es&lang=en');

    expect(spanish.body).toContain('<html lang="es">');
    expect(spanish.body).toContain('<h1>Elige una contraseña nueva</h1>');
    expect(unknown.body).toContain('<html lang="en">');
    expect(twice.body).toContain('<html lang="es">');
  });

  it('use nothing up when they are only opened, as mail scanners do', async () => {
    await rig.signUp('alice');
    const mail = await rig.mailTo('alice@example.com');
    const link = /https\S+/.exec(mail.text ?? '')?.[0] ?? '';

    await opened(link);
    const page = await opened(link);
    await page.press();

    expect(page.shown).toEqual(['/verify-email?lang=en']);
    expect([page.status.textContent, page.form.hidden]).toEqual([
      'Thank you! Your address is confirmed. You can close this page.',
      true,
    ]);
  });

  it('set a new password, say when it is weak, and say when the link was used', async () => {
    await rig.signUp('alice', { language: 'es' });
    await rig.mailTo('alice@example.com');
    await rig.server.send('POST', '/v2/password-recoveries', {
      body: { email: 'alice@example.com' },
    });
    const link = `https://photos.example.com/reset-password?lang=es#token=${tokenIn(await rig.mailTo('alice@example.com'))}`;

    const weak = await opened(link, { password: 'password' });
    await weak.press();
    const good = await opened(link, { password: 'alice-likes-rain' });
    await good.press();
    const used = await opened(link, { password: 'alice-likes-snow' });
    await used.press();
    const logIn = (password: string) =>
      rig.server.send('POST', '/v2/sessions', { body: { login: 'alice', password } });

    expect(weak.status.textContent).toContain('fácil de adivinar');
    expect(weak.form.hidden).toBe(false);
    expect(good.status.textContent).toContain('¡Listo!');
    expect([used.status.textContent, used.form.hidden]).toEqual([
      expect.stringContaining('Para recibir otro, elige «He olvidado mi contraseña»'),
      true,
    ]);
    expect((await logIn('alice-likes-rain')).status).toBe(201);
    expect((await logIn(passwords.alice)).status).toBe(401);
  });

  it('offer to remove logins that were added since the last proof', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    const asked = { email: 'alice@example.com' };
    await rig.server.send('POST', '/v2/password-recoveries', { body: asked });
    const token = tokenIn(await rig.mailTo('alice@example.com'));
    const link = `https://photos.example.com/reset-password?lang=en#token=${token}`;
    const { body } = await rig.server.send('GET', '/reset-password?lang=en');

    // What a form has of a box that is checked; one that is not is not in it.
    const page = await opened(link, { password: 'alice-likes-rain', removeNewLogins: 'on' });
    await page.press();

    expect(body).toContain('<input name="removeNewLogins" type="checkbox">');
    expect(page.status.textContent).toContain('Done!');
    const entries = await rig.server.app.database
      .selectFrom('audit_log')
      .select('details')
      .where('action', '=', 'password.recovered')
      .execute();
    expect(entries.map(({ details }) => JSON.parse(details).removesNewLogins)).toEqual([true]);
  });

  it('say so when the link has lost its end', async () => {
    const page = await opened('https://photos.example.com/verify-email?lang=en');

    expect([page.form.hidden, page.status.textContent]).toEqual([
      true,
      expect.stringContaining('This link does not work; it may be incomplete or too old.'),
    ]);
  });

  it('follow a link that is opened while they are open, and forget what the last one ended with', async () => {
    await rig.signUp('alice');
    const link = /https\S+/.exec((await rig.mailTo('alice@example.com')).text ?? '')?.[0] ?? '';
    const page = await opened(`${link}0`);
    await page.press();
    const broken = [page.form.hidden, page.status.dataset.kind];

    page.follow(link);
    const anew = [page.form.hidden, page.status.textContent];
    await page.press();

    expect(broken).toEqual([true, 'problem']);
    expect(anew).toEqual([false, '']);
    expect([page.form.hidden, page.status.dataset.kind]).toEqual([true, 'done']);
    expect(page.shown).toHaveLength(2);
  });
});
