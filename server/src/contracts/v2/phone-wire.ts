import { Type } from 'typebox';
import { time } from './fields.ts';

export const PhoneAskedSchema = Type.Object(
  {
    phone: Type.String({ description: 'The number as it was understood.' }),
    expiresAt: time('Until when the code is valid.'),
  },
  {
    $id: 'PhoneAsked',
    description: 'A code is on its way to a phone.',
    examples: [{ phone: '+59898765432', expiresAt: '2026-06-01T12:10:00.000Z' }],
  },
);

/** What the OpenAPI document names of phone numbers. */
export const phoneSchemas = [PhoneAskedSchema];
