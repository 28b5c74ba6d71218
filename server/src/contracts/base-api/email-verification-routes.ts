import type { FastifyRequest } from 'fastify';
import type { ContractApp, RouteContext } from '../contract.ts';
import { fieldsOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { anyAccept } from './accept.ts';
import { done, emailLinkPath, emailProof, refusing, textsOf } from './wire.ts';

type Refusal = [status: number, message: string];

const unknown: Refusal = [404, 'Login/email does not exist, please write a valid login/email'];
const expired: Refusal = [400, 'Email recovery token expired. Please try again.'];
const invalid: Refusal = [400, 'Invalid email verification token. Please try again.'];
/** Replaced by a newer one, or the account is closed, or the address is another's by now. */
const gone: Refusal = [404, 'Invalid verification. Please try again.'];

/** Shows that somebody reads mail at their address. */
export function emailVerificationRoutes(
  app: ContractApp,
  { services, publicUrl, viewer }: RouteContext,
): void {
  const { emails } = services;

  app.put(
    emailLinkPath,
    {
      schema: { operationId: 'askForEmailLink', summary: 'Have a link sent to your e-mail' },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const { email } = textsOf(request.body, ['email']);
      await emails
        .sendTo(who, { email, address: request.ip, style: emailProof })
        .catch(refusing({ not_found: unknown }));
      return done('Successfully sent email with email verification.');
    },
  );

  app.get(
    `${emailLinkPath}/:token`,
    {
      schema: { operationId: 'verifyEmail', summary: 'Confirm an e-mail by the link' },
      config: anyAccept,
      // Programs that look at links before people do ask so; that must confirm nothing.
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const token = String(fieldsOf(request.params).token);
      // Many of those programs follow links as browsers do: on the page, a button has to be pressed.
      if (isBrowser(request)) {
        const fragment = new URLSearchParams({ token }).toString();
        return reply.redirect(`${publicUrl}/verify-email#${fragment}`, 303);
      }
      await emails
        .confirmRepeatably(token, request.ip)
        .catch(refusing({ expired, invalid, gone, taken: gone }));
      return done('Successful email verification.');
    },
  );
}

function isBrowser({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.includes('text/html') && !accept.includes('application/json');
}
