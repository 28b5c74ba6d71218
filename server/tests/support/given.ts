import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import type { Role } from '../../src/domain/accounts/account.ts';
import { type AccountChange } from '../../src/domain/administration/account-admin.ts';
import { operator } from '../../src/domain/authority.ts';
import type { Person, TestServer } from './server.ts';

type PostOptions = {
  text?: string;
  state?: 'draft' | 'published';
  mediaIds?: number[];
  replyToId?: number | null;
};

let photo: Promise<Uint8Array> | undefined;

/** A JPEG of 1600 × 1200 pixels with a position in its EXIF; painted once. */
export function aPhoto(): Promise<Uint8Array> {
  photo ??= samplePhoto(1);
  return photo;
}

/** Writes a post and returns its id. */
export async function aPost(
  server: TestServer,
  as: Person,
  options: PostOptions = {},
): Promise<number> {
  const { status, body } = await server.send('POST', '/v2/posts', {
    as,
    body: { text: 'Hello.', ...options },
  });
  if (status !== 201) throw new Error(`The post was refused: ${JSON.stringify(body)}`);
  return body.id;
}

/** Uploads a picture and returns its id. */
export async function aPicture(server: TestServer, as: Person): Promise<number> {
  const { status, body } = await server.upload(as, await aPhoto());
  if (status !== 201) throw new Error(`The picture was refused: ${JSON.stringify(body)}`);
  return body.id;
}

/** Registers a phone that pushes may reach. */
export async function aDevice(server: TestServer, as: Person): Promise<void> {
  const body = { type: 'android', token: `token of ${as}` };
  const { status } = await server.send('PUT', `/v2/me/devices/phone-of-${as}`, { as, body });
  if (status !== 200) throw new Error(`The device was refused: ${status}`);
}

/** Signs somebody up. */
export async function anAccount(server: TestServer, as: Person): Promise<void> {
  await server.tokens(as);
}

/** Signs somebody up, gives them a role as the operator would, and returns their id. */
export async function aStaffMember(server: TestServer, as: Person, role: Role): Promise<number> {
  await server.tokens(as);
  return changeAccount(server, as, { role });
}

/** Changes an account as the operator would, and returns its id. */
export async function changeAccount(
  { app }: TestServer,
  username: string,
  change: AccountChange,
): Promise<number> {
  const { accountAdmin } = app.services;
  const { id } = await accountAdmin.find(operator, username);
  await accountAdmin.change(operator, id, change);
  return id;
}
