import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors.ts';
import type { StagedBlob } from '../../domain/ports.ts';
import { type ContractApp, type RouteContext, WireFault } from '../contract.ts';
import { sendVariant, servesFiles } from '../file-response.ts';
import { firstFile, readForm } from '../form-file.ts';
import { fieldsOf, idOf, nothing } from '../older.ts';
import { tokenFirst } from '../token-first.ts';

const partName = 'profile-pic';
const size = 'large';
/** Only the first picture counts; other parts of the form are dropped. */
const limits = { files: 10, fields: 10, parts: 20 };

/**
 * Profile pictures. The older server kept them in one of two places and had an address for each; here both show the one
 * picture, wherever it is kept.
 */
export function pictureRoutes(
  app: ContractApp,
  { services, publicUrl, viewer }: RouteContext,
): void {
  const { accounts, media } = services;

  app.post(
    '/profile-picture/:location',
    {
      schema: { operationId: 'setProfilePicture', summary: 'Set the profile picture' },
      ...tokenFirst(viewer),
    },
    async (request, reply) => {
      const who = await viewer(request);
      if (!isLocation(fieldsOf(request.params).location)) return nothing(reply);
      const file = await readFile(request);
      await media.keep(who, {
        file,
        alt: '',
        purpose: 'avatar',
        idempotencyKey: null,
        shownAtOnce: 'in-its-format',
      });
      return nothing(reply);
    },
  );

  app.get(
    '/profile-picture/:location/:userId',
    {
      schema: { operationId: 'readProfilePicture', summary: 'Somebody’s profile picture' },
      config: servesFiles,
    },
    async (request, reply) => {
      const { location, userId } = fieldsOf(request.params);
      const publicKey = isLocation(location) ? await pictureOf(idOf(userId)) : null;
      if (publicKey === null) throw noPicture();
      if (location === 's3') return { img_url: `${publicUrl}/v2/media/${publicKey}/${size}` };
      const variant = await media.findVariant(publicKey, size, () => viewer(request));
      return sendVariant(request, reply, variant);
    },
  );

  async function pictureOf(accountId: number | null): Promise<string | null> {
    if (accountId === null) return null;
    const card = await accounts.readCard(accountId);
    return card.avatar?.publicKey ?? null;
  }

  async function readFile(request: FastifyRequest): Promise<StagedBlob> {
    if (!request.isMultipart()) throw fileMissing();
    const file = await readForm(request, { limits }, media, (parts, stage) =>
      firstFile(
        parts,
        ({ fieldname, filename }) => fieldname === partName && filename !== '',
        stage,
      ),
    );
    if (!file) throw fileMissing();
    return file;
  }
}

function isLocation(value: unknown): value is 's3' | 'local' {
  return value === 's3' || value === 'local';
}

function fileMissing(): WireFault {
  return new WireFault(404, 'File is missing');
}

function noPicture(): DomainError {
  return new DomainError('not_found', 'There is no such picture.');
}
