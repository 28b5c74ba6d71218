import { Type } from 'typebox';

export const sampleRequestId = 'q3v0nJx8hT2sYw';

const sampleProblem = {
  type: 'urn:rookery:problem:taken',
  title: 'Conflict',
  status: 409,
  code: 'taken',
  detail: 'The username is taken.',
  fields: [{ field: 'username', message: 'is taken' }],
  requestId: sampleRequestId,
};

const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Stable name of the kind of problem, as a URN.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; switch on this.' }),
    detail: Type.String({ description: 'A sentence for people.' }),
    fields: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
        description: 'Which inputs are wrong, and why.',
      }),
    ),
    challenge: Type.Optional(
      Type.Object(
        {
          token: Type.String({ description: 'To be sent with the second factor; works once.' }),
          methods: Type.Array(Type.Enum(['totp', 'recovery-code', 'passkey'])),
          expiresAt: Type.String({ format: 'date-time' }),
        },
        { description: 'With `second_factor_required` alone: how to go on.' },
      ),
    ),
    requestId: Type.String({
      description: 'As in the header `X-Request-Id`; the server’s log has it too.',
    }),
  },
  {
    $id: 'Problem',
    description: 'RFC 9457 problem details.',
    examples: [sampleProblem],
  },
);

/** What the OpenAPI document names of errors. */
export const problemSchemas = [ProblemSchema];
