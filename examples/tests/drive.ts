import assert from 'node:assert/strict';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type RookeryClient, rookeryClient } from 'rookery-client';
import { samplePhoto } from '../../server/src/adapters/images/sample-photo.ts';
import { tryClientInBrowser } from './client-in-browser.ts';

type Place = { name: string; page: string; baseUrl: string; chromiumPath: string };

const password = 'a long walk at dusk';
/** Generous: a busy machine is slow, and nothing here is about speed. */
const patienceMs = 60_000;
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Uses an example as alice does, while bob looks at her pictures. */
export async function driveExample({ name, page, baseUrl, chromiumPath }: Place): Promise<void> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(patienceMs);
    const problems: string[] = [];
    const tab = await openTab(context, page, problems);
    await signUp(tab, name);
    await publishPicture(tab);
    const alice = rookeryClient({ baseUrl });
    await alice.logIn({ login: 'alice', password });
    await scrollToTheEnd(tab, alice);
    await likeTogether(tab, baseUrl, alice);
    await takePictures(tab, name, 'timeline');
    await tryClientInBrowser(tab, baseUrl);
    await shareOneSession(context, tab, page, problems);
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
}

async function openTab(context: BrowserContext, url: string, problems: string[]): Promise<Page> {
  const tab = await context.newPage();
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.goto(url);
  return tab;
}

async function signUp(tab: Page, name: string): Promise<void> {
  await tab.getByLabel('Username').fill('alice');
  await tab.getByLabel('Password').fill(password);
  await takePictures(tab, name, 'sign-in');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('alert').waitFor();
  await tab.getByRole('button', { name: 'Sign up' }).click();
  await tab.getByRole('button', { name: 'Publish' }).waitFor();
}

async function publishPicture(tab: Page): Promise<void> {
  const buffer = Buffer.from(await samplePhoto(1));
  await tab.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      const bar = document.querySelector('progress');
      if (bar && !bar.hidden) seen.push(bar.value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await tab.getByLabel('Text').fill('First light over the dunes.');
  await tab
    .locator('input[type=file]')
    .setInputFiles({ name: 'dunes.jpg', mimeType: 'image/jpeg', buffer });
  await tab.getByRole('button', { name: 'Publish' }).click();
  await tab.waitForFunction(
    () => (document.querySelector('article img') as HTMLImageElement | null)?.naturalWidth,
  );
  const seen = await tab.evaluate(() => (globalThis as unknown as { seen: number[] }).seen);
  assert.equal(seen.at(-1), 1, 'the bar reaches its end');
}

async function scrollToTheEnd(tab: Page, alice: RookeryClient): Promise<void> {
  for (let n = 1; n <= 34; n += 1) {
    await alice.call('createPost', { body: { text: `A walk, day ${n}.` } });
  }
  await tab.reload();
  await tab.locator('article').nth(9).waitFor();
  const first = await tab.locator('article').count();
  assert.ok(first < 35, `not all is read at first: ${first}`);
  while ((await tab.getByText('That was all.').count()) === 0) {
    await tab.mouse.wheel(0, 2000);
    await tab.waitForTimeout(50);
  }
  assert.equal(await tab.locator('article').count(), 35);
}

async function likeTogether(tab: Page, baseUrl: string, alice: RookeryClient): Promise<void> {
  const picture = tab.locator('article', { has: tab.locator('img') });
  await picture.getByRole('button').click();
  await picture.locator('[aria-pressed=true]', { hasText: '1' }).waitFor();
  const bob = rookeryClient({ baseUrl });
  await bob.signUp({ username: 'bob', password });
  for await (const post of alice.timeline()) {
    if (post.media.length > 0) await bob.call('like', { path: { id: post.id } });
  }
  await picture.locator('[aria-pressed=true]', { hasText: '2' }).waitFor();
  await tab.getByText('1 new').waitFor();
}

/** Two tabs find the access token expired at once: one refreshes it. Then one signs out, and both are. */
async function shareOneSession(
  context: BrowserContext,
  first: Page,
  url: string,
  problems: string[],
): Promise<void> {
  const second = await openTab(context, url, problems);
  await second.locator('article').first().waitFor();
  let refreshes = 0;
  context.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/sessions/refresh')) refreshes += 1;
  });
  await first.goto('about:blank');
  await second.evaluate(() => {
    const key = Object.keys(localStorage).find((it) => it.startsWith('rookery.tokens'));
    if (!key) throw new Error('There are no tokens.');
    const tokens = JSON.parse(localStorage.getItem(key) ?? '');
    localStorage.setItem(key, JSON.stringify({ ...tokens, accessToken: 'worthless' }));
  });
  await Promise.all([first.goto(url), second.reload()]);
  for (const tab of [first, second]) await tab.locator('article').first().waitFor();
  // On a busy machine a change of localStorage may reach the other process late; the server makes up for that.
  assert.ok(refreshes === 1 || refreshes === 2, `the tabs refresh in turns: ${refreshes}`);
  await Promise.all([first.reload(), second.reload()]);
  for (const tab of [first, second]) await tab.locator('article').first().waitFor();
  await first.getByRole('button', { name: 'Sign out' }).click();
  for (const tab of [first, second]) await tab.getByRole('button', { name: 'Sign in' }).waitFor();
}

async function takePictures(tab: Page, name: string, what: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  for (const [device, width, height] of [
    ['desktop', 1280, 900],
    ['phone', 390, 844],
  ] as const) {
    await tab.setViewportSize({ width, height });
    await tab.evaluate(() => scrollTo(0, 0));
    await tab.waitForTimeout(300);
    await tab.screenshot({ path: `${folder}/${name}-${what}-${device}.png` });
    await tab.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await tab.waitForTimeout(300);
    await tab.screenshot({ path: `${folder}/${name}-${what}-${device}-end.png` });
  }
  await tab.setViewportSize({ width: 1280, height: 900 });
}
