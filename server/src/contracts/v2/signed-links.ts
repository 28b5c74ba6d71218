import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { LinkTarget } from '../../domain/sessions/signed-link-service.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { RouteContext } from '../contract.ts';
import type { Services } from '../services.ts';

/** The query of a route that a signed link leads to. The name says that it is a secret, to people and to logs. */
export const signatureQuery = {
  signature: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Of a signed link, in place of a token; it opens this address alone.',
    }),
  ),
};

/** Which picture of which size a link opens. */
export function imageTarget(publicKey: string, size: string): LinkTarget {
  return { purpose: 'image', name: `${publicKey}/${size}` };
}

export const eventsTarget: LinkTarget = { purpose: 'events', name: '' };

/** An address with its signature. */
export function signedUrl(url: string, signature: string): string {
  return `${url}?signature=${signature}`;
}

/**
 * The viewer, by a token or else by the signature of the link.
 * @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token`
 */
export async function viewerByLink(
  { services, viewer }: Pick<RouteContext, 'services' | 'viewer'>,
  request: FastifyRequest,
  target: LinkTarget,
): Promise<Viewer> {
  const { signature } = request.query as { signature?: string };
  if (signature === undefined || request.headers.authorization !== undefined) {
    return viewer(request);
  }
  const found = await services.signedLinks.resolve(signature, target, 'v2');
  request.accountId = found.accountId;
  return found;
}

/** Makes the signature of one size of a picture, for somebody who may see it now. */
export type ImageSigner = (viewer: Viewer, publicKey: string, size: string) => string;

export function imageSigner({ signedLinks }: Pick<Services, 'signedLinks'>): ImageSigner {
  return (viewer, publicKey, size) =>
    signedLinks.sign(viewer, imageTarget(publicKey, size)).signature;
}
