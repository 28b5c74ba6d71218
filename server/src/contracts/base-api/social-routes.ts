import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OwnAccount } from '../../domain/accounts/account.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { anyPassword } from '../older.ts';
import { spokenIn } from '../spoken-language.ts';
import { tokenFirst } from '../token-first.ts';
import { signInContextOf, tokenOf } from './tokens.ts';
import {
  done,
  fault,
  isGiven,
  payloadOf,
  prefix,
  refusing,
  textIn,
  textsOf,
  usernameIn,
} from './wire.ts';

type Provided = {
  provider: string;
  proof: { accessToken: string } | { idToken: string };
  words: { known: string; first: string };
};

/** Each asks a machine outside, and may make an account. */
const limits = { rateLimit: { max: 100, timeWindow: '15 minutes' } };

const notAuthorized: [status: number, message: string] = [401, 'Not authorized.'];

/** Signing in with Facebook and Google, and doing without them later. */
export function socialRoutes(app: ContractApp, context: RouteContext): void {
  const { services, passwordRuleFor, viewer } = context;
  const { accounts, identities, passwords } = services;

  app.post(
    `${prefix}/auth/facebook/login`,
    {
      schema: { operationId: 'logInWithFacebook', summary: 'Sign in, or up, with Facebook' },
      config: limits,
    },
    async (request, reply) => {
      const { fb_access_token: accessToken } = textsOf(request.body, ['fb_access_token']);
      return signIn(request, reply, {
        provider: 'facebook',
        proof: { accessToken },
        words: {
          known: 'Successfully facebook login.',
          first: 'Successfully facebook registered.',
        },
      });
    },
  );

  app.post(
    `${prefix}/auth/google/login`,
    {
      schema: { operationId: 'logInWithGoogle', summary: 'Sign in, or up, with Google' },
      config: limits,
    },
    async (request, reply) => {
      const { credential: idToken } = textsOf(request.body, ['credential']);
      return signIn(request, reply, {
        provider: 'google',
        proof: { idToken },
        words: {
          known: 'Successfully google login.',
          first: 'Successfully google user registered.',
        },
      });
    },
  );

  async function signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    { provider, proof, words }: Provided,
  ) {
    const { session, isNew, isFirst } = await identities
      .signInPlain(provider, proof, {
        ...signInContextOf(request, context),
        ...spokenIn(request),
      })
      .catch(
        // Nobody was vouched for, or this server does not join the two; nothing more was ever told.
        refusing({
          invalid: notAuthorized,
          conflict: notAuthorized,
          not_found: notAuthorized,
          wrong_password: notAuthorized,
          second_factor_required: notAuthorized,
        }),
      );
    reply.code(isNew ? 201 : 200);
    return {
      ...done(isFirst ? words.first : words.known),
      auth_token: await tokenOf(services, session),
    };
  }

  app.put(
    `${prefix}/auth/facebook/set_standalone_user`,
    {
      schema: {
        operationId: 'setStandaloneUser',
        summary: 'Choose a name and a password, to sign in without Facebook',
      },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const fields = payloadOf(request.body);
      const username = usernameIn(fields);
      // An address is proved by mail, and not by writing it down here.
      if (username.includes('@')) throw fault(400, 'The username must not have an @.');
      const newPassword = textIn(
        fields,
        isGiven(fields.new_password) ? 'new_password' : 'password',
      );
      const linked = await identities.list(who);
      if (!linked.some(({ provider }) => provider === 'facebook')) {
        throw fault(404, 'Must be a facebook user login. Please try again.');
      }
      const me = await accounts.readMe(who);
      await passwords
        .change(who, {
          oldPassword: oldPasswordOf(me, fields),
          newPassword,
          address: request.ip,
          passwordRule: passwordRuleFor(anyPassword),
          loginName: username,
        })
        .catch(
          refusing({
            taken: [400, 'Sorry. That username already exists, choose another username'],
            wrong_password: [404, 'Invalid password. Please try again.'],
          }),
        );
      return done('Successfully changed password.');
    },
  );
}

/** Clients send one in any case; an account without a password has none that could be checked. */
function oldPasswordOf(
  { hasPassword }: OwnAccount,
  fields: Readonly<Record<string, unknown>>,
): string | undefined {
  return hasPassword ? textIn(fields, 'old_password') : undefined;
}
