import { domainToASCII } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

/** Control characters that no text needs; line breaks and tabs are fine. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !controls.test(text);
}

/** Strict for bodies: no coercion, no silent removal. Queries and paths are text, so numbers there are read from it. */
export function v2Validator(): FastifySchemaCompiler<unknown> {
  const strict = newAjv({ coerceTypes: false });
  const textual = newAjv({ coerceTypes: true });
  const compiled = new WeakMap<object, ValidateFunction>();

  return ({ schema, httpPart }) => {
    if (typeof schema !== 'object' || schema === null) return () => true;
    const known = compiled.get(schema);
    if (known) return known;
    const validate = (httpPart === 'body' ? strict : textual).compile(schema);
    compiled.set(schema, validate);
    return validate;
  };
}

function newAjv({ coerceTypes }: { coerceTypes: boolean }): Ajv {
  const ajv = new Ajv({ coerceTypes, useDefaults: true, allErrors: true, strict: false });
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
