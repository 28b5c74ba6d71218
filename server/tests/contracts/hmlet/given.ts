import { aPhoto } from '../../support/given.ts';
import type { Client, Sent } from '../../support/older-contracts.ts';
import { type Answer, type Person, passwords } from '../../support/server.ts';

/** A form of parts; a part without a filename is a plain field. */
export function formOf(parts: ReadonlyArray<Part>): Required<Omit<Sent, 'token'>> {
  const boundary = 'a-boundary-of-this-form';
  const chunks = parts.flatMap(({ name, filename, content }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    return [
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ];
  });
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

type Part = { name: string; filename?: string; content: Uint8Array | string };

export async function photoForm(filename: string) {
  return formOf([{ name: 'file', filename, content: await aPhoto() }]);
}

export async function upload(client: Client, who: string, filename: string): Promise<Answer> {
  const token = `Bearer ${client.values[who]}`;
  return client.send('POST', '/upload-photo', { token, ...(await photoForm(filename)) });
}

/** Uploads a photo and returns its number. */
export async function aDraft(client: Client, who: string, filename: string): Promise<number> {
  const { status, body } = await upload(client, who, filename);
  if (status !== 201) throw new Error(`The photo was refused: ${JSON.stringify(body)}`);
  return body.id;
}

/** Numbers of the photos in a list. */
export async function idsOf(client: Client, who: string, path: string) {
  const { body } = await client.send('GET', path, { token: `Bearer ${client.values[who]}` });
  return body.photos.map((photo: { id: number }) => photo.id);
}

/** Registers somebody, who may sign in to `/v2` by the same password, and names both tokens. */
async function person(client: Client, name: Person) {
  const body = { username: `${name}@example.com`, password: passwords[name], name };
  const answer = await client.send('POST', '/register', { body });
  return {
    [name]: answer.body.access_token,
    [`${name}Refresh`]: answer.body.refresh_token,
  };
}

export async function people(client: Client) {
  return {
    ...(await person(client, 'alice')),
    ...(await person(client, 'bob')),
    ...(await person(client, 'carla')),
  };
}
