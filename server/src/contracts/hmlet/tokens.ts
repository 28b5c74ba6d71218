import type { FastifyRequest } from 'fastify';
import { dayMs, minuteMs } from '../../domain/durations.ts';
import type { PlainViewer } from '../../domain/sessions/legacy-token-service.ts';
import type { SignInContext } from '../../domain/sessions/session.ts';
import { WireFault } from '../contract.ts';
import { deviceOf } from '../device.ts';
import { bearerToken } from '../older.ts';
import type { Services } from '../services.ts';
import type { TokenType } from '../typed-tokens.ts';

export const audience = 'hmlet';

const livesMs = { access: 15 * minuteMs, refresh: 30 * dayMs };

/** The whole header: what is wrong with its form has words of its own. */
export function headerOf({ headers }: FastifyRequest): string | null {
  return headers.authorization || null;
}

/** The owner of the token of this type in a header. @throws WireFault · DomainError as `legacyTokens.resolve` */
export async function holderOf(
  { legacyTokens }: Pick<Services, 'legacyTokens'>,
  header: string | null,
  type: TokenType,
): Promise<PlainViewer> {
  const token = header === null ? null : tokenIn(header);
  return legacyTokens.resolve(token, audience, (claims) => {
    if (claims.type === type) return;
    throw new WireFault(422, { msg: `Only ${type} tokens are allowed` });
  });
}

/** Each token hangs on a session of its own, so that one can be ended alone. */
export function signInContextOf(request: FastifyRequest, type: TokenType): Required<SignInContext> {
  return { audience, device: deviceOf(request), lifeMs: livesMs[type] };
}

function tokenIn(header: string): string {
  const token = bearerToken(header);
  if (token !== null) return token;
  const msg = "Bad Authorization header. Expected value 'Bearer <JWT>'";
  throw new WireFault(422, { msg });
}
