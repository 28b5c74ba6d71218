import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import type { Program } from '../support/process.ts';
import type { Answer, Person } from '../support/server.ts';

const people: readonly Person[] = ['alice', 'bob', 'carla'];

/** A post or an upload, which its client may repeat under the same key. */
export type Made = { key: string; by: Person; id: number | null };

/** A follow as its client last heard of it, and what it asked for without hearing back. */
export type Wish = { known: boolean; asked: boolean | null };

/** What clients asked for, and what was acknowledged. */
export type Ledger = {
  tokens: Record<Person, string>;
  posts: Made[];
  uploads: Made[];
  /** `post/person`, and whether it was acknowledged. */
  likes: Map<string, boolean>;
  /** `follower/followee`. */
  follows: Map<string, Wish>;
  /** How many writes were acknowledged. */
  acknowledged: number;
  /** Answers that were neither success nor silence. */
  refusals: string[];
};

/** Signs the three up. */
export async function newLedger(program: Program): Promise<Ledger> {
  const tokens = { alice: '', bob: '', carla: '' };
  for (const person of people) tokens[person] = await signUp(program, person);
  return {
    tokens,
    posts: [],
    uploads: [],
    likes: new Map(),
    follows: new Map(),
    acknowledged: 0,
    refusals: [],
  };
}

/** Makes an account and returns an access token of it. */
export async function signUp(program: Program, person: Person): Promise<string> {
  const password = `${person}-walks-at-dusk`;
  await program.send('POST', '/v2/accounts', { body: { username: person, password } });
  const login = { body: { login: person, password } };
  const { body } = await program.send('POST', '/v2/sessions', login);
  return body.accessToken;
}

/** Seven clients that write as fast as they are answered, until the server is silent. */
export async function writeUntilSilence(program: Program, ledger: Ledger): Promise<void> {
  const photo = await smallPhoto();
  await Promise.all([
    repeatUntilSilence(() => post(program, ledger, newMade(ledger.posts))),
    repeatUntilSilence(() => post(program, ledger, newMade(ledger.posts))),
    repeatUntilSilence(() => upload(program, ledger, newMade(ledger.uploads), photo)),
    repeatUntilSilence(() => upload(program, ledger, newMade(ledger.uploads), photo)),
    repeatUntilSilence(() => likeSome(program, ledger)),
    repeatUntilSilence(() => followSome(program, ledger, 'alice', 'bob')),
    repeatUntilSilence(() => followSome(program, ledger, 'bob', 'carla')),
  ]);
}

/** Sends again what was not answered, and some of what was: a client cannot know how far it came. */
export async function repeatAll(program: Program, ledger: Ledger): Promise<void> {
  const photo = await smallPhoto();
  const isDue = (made: Made, i: number, all: readonly Made[]) =>
    made.id === null || i >= all.length - 2;
  for (const made of ledger.posts.filter(isDue)) await post(program, ledger, made);
  for (const made of ledger.uploads.filter(isDue)) await upload(program, ledger, made, photo);
  for (const [name, isKnown] of ledger.likes) if (!isKnown) await like(program, ledger, name);
  for (const [name, { asked }] of ledger.follows) {
    if (asked !== null) await follow(program, ledger, name, asked);
  }
}

/** A real picture of about 10 kB, always the same: a repeat must send the same bytes. */
export function smallPhoto(): Promise<Uint8Array> {
  photo ??= paintPhoto();
  return photo;
}

/** The form that an upload sends. */
export function formOf(photo: Uint8Array): FormData {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(photo)]), 'photo.jpg');
  return form;
}

let photo: Promise<Uint8Array> | undefined;

function paintPhoto(): Promise<Uint8Array> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  return sharp({ create: { width: 160, height: 120, channels: 3, background: 'teal', noise } })
    .jpeg()
    .toBuffer();
}

async function repeatUntilSilence(write: () => Promise<void>): Promise<void> {
  try {
    for (;;) await write();
  } catch (error) {
    // What fetch throws when nobody answers; anything else is a fault of the test.
    if (!(error instanceof TypeError)) throw error;
  }
}

function newMade(list: Made[]): Made {
  const made = { key: randomUUID(), by: people[list.length % 3] ?? 'alice', id: null };
  list.push(made);
  return made;
}

async function post(program: Program, ledger: Ledger, made: Made): Promise<void> {
  const answer = await program.send('POST', '/v2/posts', {
    token: ledger.tokens[made.by],
    headers: { 'idempotency-key': made.key },
    body: { text: made.key },
  });
  note(ledger, made, answer);
}

async function upload(
  program: Program,
  ledger: Ledger,
  made: Made,
  photo: Uint8Array,
): Promise<void> {
  const answer = await program.send('POST', '/v2/media', {
    token: ledger.tokens[made.by],
    headers: { 'idempotency-key': made.key },
    body: formOf(photo),
  });
  note(ledger, made, answer);
}

function note(ledger: Ledger, made: Made, { status, body }: Answer): void {
  if (status !== 201) ledger.refusals.push(`${status} ${JSON.stringify(body)}`);
  else if (made.id !== null && made.id !== body.id) {
    ledger.refusals.push(`${made.key} was ${made.id} and is ${body.id}`);
  } else {
    made.id = body.id;
    ledger.acknowledged += 1;
  }
}

async function likeSome(program: Program, ledger: Ledger): Promise<void> {
  const known = ledger.posts.filter((made) => made.id !== null);
  const { id } = known[Math.floor(Math.random() * known.length)] ?? {};
  if (id) await like(program, ledger, `${id}/${people[id % 3]}`);
  else await program.send('GET', '/livez');
}

async function like(program: Program, ledger: Ledger, name: string): Promise<void> {
  const [id, person] = name.split('/') as [string, Person];
  ledger.likes.set(name, ledger.likes.get(name) ?? false);
  const token = ledger.tokens[person];
  const { status } = await program.send('PUT', `/v2/posts/${id}/like`, { token });
  if (status !== 200) ledger.refusals.push(`${status} like ${name}`);
  else {
    ledger.likes.set(name, true);
    ledger.acknowledged += 1;
  }
}

function followSome(program: Program, ledger: Ledger, by: Person, whom: Person): Promise<void> {
  const name = `${by}/${whom}`;
  return follow(program, ledger, name, !ledger.follows.get(name)?.known);
}

async function follow(
  program: Program,
  ledger: Ledger,
  name: string,
  asked: boolean,
): Promise<void> {
  const [by, whom] = name.split('/') as [Person, Person];
  const wish = ledger.follows.get(name) ?? { known: false, asked: null };
  ledger.follows.set(name, wish);
  wish.asked = asked;
  const token = ledger.tokens[by];
  const method = asked ? 'PUT' : 'DELETE';
  const { status } = await program.send(method, `/v2/users/${whom}/follow`, { token });
  if (status !== 200) ledger.refusals.push(`${status} follow ${name}`);
  else {
    Object.assign(wish, { known: asked, asked: null });
    ledger.acknowledged += 1;
  }
}
