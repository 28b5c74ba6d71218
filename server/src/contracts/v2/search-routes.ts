import { type Static, Type } from 'typebox';
import { AccountCardSchema, accountPresenter, sampleCard } from './account-wire.ts';
import { ref, text } from './fields.ts';
import { route, type V2App } from './route.ts';

const SearchQuery = Type.Object(
  {
    q: text({
      minLength: 1,
      maxLength: 100,
      description: 'How a username or a display name begins, in any case, with or without `@`.',
    }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  { additionalProperties: false },
);

const SearchResultSchema = Type.Object(
  { accounts: Type.Array(ref(AccountCardSchema)) },
  {
    $id: 'SearchResult',
    description: 'What was found, the likeliest first.',
    examples: [{ accounts: [sampleCard] }],
  },
);

/** What the OpenAPI document names of searches. */
export const searchSchemas = [SearchResultSchema];

export function searchRoutes(app: V2App): void {
  const { search } = app.services;
  const { card } = accountPresenter(app.publicUrl);

  route(
    app,
    {
      at: 'GET /search',
      id: 'search',
      summary: 'Find people by their names',
      description:
        'The account with this very username comes first, then those with the most followers. There are no pages: ask for a longer beginning.',
      tag: 'accounts',
      signedIn: 'optional',
      query: SearchQuery,
      response: { 200: SearchResultSchema },
    },
    async ({ viewer, query: { q, limit = 20 } }): Promise<Static<typeof SearchResultSchema>> => ({
      accounts: (await search.people(viewer, q, limit)).map(card),
    }),
  );
}
