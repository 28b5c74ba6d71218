// Reads an OpenAPI document from the standard input and writes client/src/generated.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { generateTypes, type OpenApi } from './generate-types.ts';

const document = JSON.parse(readFileSync(0, 'utf8')) as OpenApi;
writeFileSync(new URL('../src/generated.ts', import.meta.url), generateTypes(document));
