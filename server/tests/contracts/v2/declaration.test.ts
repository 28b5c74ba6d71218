import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Call } from '../../../src/contracts/v2/declaration.ts';
import { NoContent } from '../../../src/contracts/v2/fields.ts';
import { route, type V2App } from '../../../src/contracts/v2/route.ts';
import type { Viewer } from '../../../src/domain/viewer.ts';

const app = {} as V2App;
const declared = {
  at: 'DELETE /things',
  id: 'deleteThings',
  summary: 'Delete all things',
  tag: 'admin',
  response: { 204: NoContent },
} as const;

describe('the declaration of a route', () => {
  it('decides which viewer its handler gets', () => {
    expectTypeOf<Call<{ signedIn: 'required' }>['viewer']>().toEqualTypeOf<Viewer>();
    expectTypeOf<Call<{ signedIn: 'optional' }>['viewer']>().toEqualTypeOf<Viewer | null>();
    expectTypeOf<Call<{ signedIn: 'if-needed' }>>().not.toHaveProperty('viewer');
    expectTypeOf<Call<{ signedIn: 'none' }>>().not.toHaveProperty('viewer');
  });

  it('decides which parts of the request its handler gets', () => {
    expectTypeOf<Call<{ signedIn: 'none' }>>().not.toHaveProperty('body');
    expectTypeOf<Call<{ repeatable: true }>['idempotencyKey']>().toEqualTypeOf<string | null>();
    expectTypeOf<Call<{ page: 'posts' }>['page']['before']>().toEqualTypeOf<number | null>();
  });

  it('must say whether a token is needed', () => {
    // @ts-expect-error -- signedIn is missing
    expect(() => route(app, declared, () => {})).toThrow();
  });

  it('has no option that nobody knows', () => {
    const misspelled = { ...declared, signedIn: 'required', autority: 'govern' } as const;

    // @ts-expect-error -- it would go unheeded
    expect(() => route(app, misspelled, () => {})).toThrow();
  });

  it.each(['optional', 'if-needed', 'none'] as const)(
    'asks for no role where the token is %s',
    (signedIn) => {
      expect(() => route(app, { ...declared, signedIn, authority: 'govern' }, () => {})).toThrow(
        'deleteThings: a role needs a token.',
      );
    },
  );

  it('has no signed link where a token may be missing anyway', () => {
    const link = () => ({ purpose: 'events', name: '' }) as const;

    expect(() => route(app, { ...declared, signedIn: 'optional', link }, () => {})).toThrow(
      'deleteThings: a link stands in place of a token that is needed.',
    );
  });
});
