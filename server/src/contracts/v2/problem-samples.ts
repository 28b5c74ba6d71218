import type { TSchema } from 'typebox';
import type { FieldProblem } from '../../domain/errors.ts';
import type { WireCode } from '../contract.ts';
import type { Declaration } from './declaration.ts';
import { v2Errors } from './problems.ts';

/** What a problem says, as an example. */
export type ProblemSample = { message: string; fields?: readonly FieldProblem[] };

/** By wire code. */
export type ProblemSamples = Readonly<Record<string, ProblemSample>>;

type Rule = readonly [path: RegExp, sample: string];

/** First match wins. */
const missing: readonly Rule[] = [
  [/\/(devices)/, 'There is no such device.'],
  [/\/push-key/, 'Web Push is not set up here.'],
  [/\/invites/, 'This invite does not exist or has been used.'],
  [/\/groups/, 'There is no such group.'],
  [/\/event-templates/, 'There is no such event template.'],
  [/\/me\/identities\/:id/, 'There is no such identity.'],
  [/\/identity-providers|\/me\/identities/, 'There is no such identity provider here.'],
  [/\/me\/phone/, 'Your account has no phone number.'],
  [/\/app-passwords/, 'There is no such app password.'],
  [/\/passkeys\/:id/, 'There is no such passkey.'],
  [/\/options/, 'No passkey is registered.'],
  [/\/sessions/, 'There is no such session.'],
  [/\/media/, 'There is no such picture.'],
  [/\/posts\/:id/, 'There is no such post.'],
  [/\/(users|accounts)/, 'There is no such account.'],
];

const forbidden: readonly Rule[] = [
  [/\/admin|\/invites/, 'Your role does not allow this.'],
  [/\/posts\/:id/, 'This post belongs to another account.'],
  [/ \/accounts|\/identity-providers/, 'Sign-ups are closed here; an invite opens them.'],
  [
    /\/me|\/sessions/,
    'A session of an app password cannot do this; sign in with the password of the account.',
  ],
];

const taken: readonly Rule[] = [
  [/\/groups|\/event-templates/, 'name'],
  [/\/email/, 'email'],
  [/\/phone/, 'phone'],
  [/\/passkeys/, 'response'],
];

/** Problems in the words of this operation, where the usual words are about something else. */
export function problemSamplesOf(declared: Declaration): ProblemSamples {
  const { at } = declared;
  const samples: Partial<Record<WireCode, ProblemSample | null>> = {
    not_found: ruled(missing, at),
    forbidden: ruled(forbidden, at),
    taken: takenSample(at),
    conflict: declared.repeatable ? null : { message: changedMeanwhile },
    gone: goneSample(declared),
    invalid: invalidSample(declared),
  };
  const found = Object.entries(samples).flatMap(([code, sample]) =>
    sample ? [[v2Errors[code as WireCode].code, sample] as const] : [],
  );
  return Object.fromEntries(found);
}

const changedMeanwhile =
  'Something that this is about was changed or removed just now. Load it, then try again.';

function takenSample(at: string): ProblemSample | null {
  const field = taken.find(([path]) => path.test(at))?.[1];
  return field === undefined ? null : fieldSample(field, 'is taken');
}

function goneSample({ form, repeatable }: Declaration): ProblemSample | null {
  if (form) return null;
  return repeatable
    ? { message: 'What this request made was deleted since.' }
    : { message: 'This was used already, or there is a newer one.' };
}

function ruled(rules: readonly Rule[], at: string): ProblemSample | null {
  const message = rules.find(([path]) => path.test(at))?.[1];
  return message === undefined ? null : { message };
}

/** What is said of the first field that a client must send, or may. */
function invalidSample({
  body,
  form,
  params,
  query,
  page,
  repeatable,
}: Declaration): ProblemSample | null {
  const required = firstKey(body ?? form, 'required');
  if (required !== undefined) return fieldSample(required, 'is missing');
  const known = firstKey(body, 'known');
  if (known !== undefined) return fieldSample('nickname', 'is unknown');
  const inPath = firstKey(params, 'required');
  if (inPath === 'id') return fieldSample(inPath, 'must be >= 1');
  if (inPath !== undefined) return fieldSample(inPath, 'is not valid');
  if (page) return fieldSample('limit', 'must be <= 100');
  if (repeatable) return fieldSample('idempotency-key', 'must NOT have more than 64 characters');
  const asked = firstKey(query, 'known');
  return asked === undefined ? null : fieldSample(asked, 'is not valid');
}

function fieldSample(field: string, message: string): ProblemSample {
  return { message: `${field} ${message}.`, fields: [{ field, message }] };
}

/** The first key that must be there, or that is known; none of a schema that is no plain object. */
function firstKey(schema: TSchema | undefined, kind: 'required' | 'known'): string | undefined {
  const { required = [], properties = {} } = (schema ?? {}) as {
    required?: string[];
    properties?: object;
  };
  return kind === 'required' ? required[0] : Object.keys(properties)[0];
}
