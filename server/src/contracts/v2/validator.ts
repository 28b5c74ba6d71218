import { domainToASCII } from 'node:url';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify';
import type { DomainError } from '../../domain/errors.ts';
import { schemaError } from '../foreign-errors.ts';

/** Control characters that no text needs; line breaks and tabs are fine. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !controls.test(text);
}

/**
 * Up to this many characters of JSON, a value that is not valid is told all that is wrong with it, and above only the first:
 * a hostile list of 100,000 wrong items would keep the server busy with listing them.
 */
const maxListedLength = 16 * 1024;

/** Strict for bodies: no coercion, no silent removal. Queries and paths are text, so numbers there are read from it. */
export function v2Validator(): FastifySchemaCompiler<unknown> {
  const strict = newAjvs({ coerceTypes: false });
  const textual = newAjvs({ coerceTypes: true });
  const compiled = new WeakMap<object, Validate>();

  return ({ schema, httpPart }) => {
    if (typeof schema !== 'object' || schema === null) return () => true;
    const known = compiled.get(schema);
    if (known) return known;
    const validate = validateBy(schema, httpPart === 'body' ? strict : textual);
    compiled.set(schema, validate);
    return validate;
  };
}

type Ajvs = { first: Ajv; all: Ajv };

type Validate = (value: unknown) => true | { error: ErrorObject[] };

/**
 * Stops at the first problem, which is quick, and looks for the others only once there is one. A schema is compiled when a
 * request is checked by it first: all of them at once would be much of the start, and of the memory of an idle process.
 */
function validateBy(schema: object, { first, all }: Ajvs): Validate {
  let isValid: ValidateFunction | undefined;
  let listProblems: ValidateFunction | undefined;
  return (value) => {
    isValid ??= first.compile(schema);
    if (isValid(value)) return true;
    const problems = isValid.errors ?? [];
    if (JSON.stringify(value).length > maxListedLength) return { error: problems };
    listProblems ??= all.compile(schema);
    listProblems(value);
    return { error: listProblems.errors ?? problems };
  };
}

const parts = [
  ['params', 'params'],
  ['body', 'body'],
  ['querystring', 'query'],
  ['headers', 'headers'],
] as const;

/** What is wrong with any part of a request. Fastify itself stops at the first part that is not valid. */
export function allProblems(request: FastifyRequest): DomainError {
  const found = parts.flatMap(([part, name]) => {
    const validate = request.getValidationFunction(part) as Validate | undefined;
    const verdict = validate?.(request[name] ?? null) ?? true;
    return verdict === true ? [] : [{ context: part, problems: verdict.error }];
  });
  return schemaError(found, request.validationError);
}

function newAjvs({ coerceTypes }: { coerceTypes: boolean }): Ajvs {
  return {
    first: newAjv({ coerceTypes, allErrors: false }),
    all: newAjv({ coerceTypes, allErrors: true }),
  };
}

function newAjv(how: { coerceTypes: boolean; allErrors: boolean }): Ajv {
  const ajv = new Ajv({ ...how, useDefaults: true, strict: false });
  // The package is CommonJS: its default export is the module itself.
  (ajvFormats as unknown as (ajv: Ajv) => void)(ajv);
  const { email } = ajv.formats;
  ajv.addFormat('idn-email', (text: string) => {
    const at = text.lastIndexOf('@');
    const domain = text.slice(at + 1);
    // The part before the @ stays ASCII: few servers take another (RFC 6531).
    const plain = /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? domainToASCII(domain) : domain;
    return email instanceof RegExp && email.test(`${text.slice(0, at + 1)}${plain}`);
  });
  ajv.addKeyword({
    keyword: 'x-text',
    type: 'string',
    validate: (_: boolean, text: string) => isPlainText(text),
  });
  return ajv;
}
