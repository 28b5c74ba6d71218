import type {
  UserDocumentList,
  UserDocumentView,
} from '../../domain/user-documents/user-document.ts';
import { mountOf } from '../addresses.ts';
import { WireFault } from '../contract.ts';
import { type Shown, shownKey } from '../document.ts';
import { emptyDocument, wholeDocument } from './user-document.ts';

export const mount = mountOf('flask-api');

export const wrongCredentials = 'Incorrect Username or Password.';

/** The older server said `response`, its README `status`; here both say the same. */
const success = { status: true, response: true };
const failure = { status: false, response: false };

type More = { results?: unknown; total?: number };

export function answer(message: string, more: More = {}) {
  return { ...success, message, ...more };
}

/** That all is well, without a word. */
export function yes() {
  return success;
}

export function failureOf(message: string, more: More = {}) {
  return { ...failure, message, ...more };
}

export function fault(status: number, message: string, more: More = {}): WireFault {
  return new WireFault(status, failureOf(message, more));
}

/** The kind that a token, and a document, names: nobody could ever choose another. */
export const defaultUserType = 'user';

/** Of an operation that asks for a token, in the OpenAPI document. */
export const withToken = { security: [{ token: [] }] };

/** The JSON that an operation takes, as the OpenAPI document shows it; the handler checks it itself. */
export function takes(properties: Record<string, object>): { [shownKey]: Shown } {
  const schema = { type: 'object', properties };
  const requestBody = { content: { 'application/json': { schema } } };
  return { [shownKey]: { requestBody, responses: {} } };
}

/** Whether a field is a text with something in it. */
export function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A document. Clients read all keys; what only its owner may see is empty for others. */
export function documentOf({ name, lastLoginAt, content, isOwn, email }: UserDocumentView) {
  const { profile, accounts, user_type, played_games, favorites } = wholeDocument(content);
  return {
    default_user_type: defaultUserType,
    last_login: dateOf(lastLoginAt),
    username: name,
    email: isOwn ? (email ?? name) : null,
    profile,
    accounts: isOwn ? accounts : emptyDocument.accounts,
    user_type,
    played_games,
    favorites,
  };
}

export function listOf(message: string, { items, total }: UserDocumentList) {
  return answer(message, { results: items.map(documentOf), total });
}

/** `2026-06-01 12:00:00`, in UTC. */
function dateOf(time: string | null): string | null {
  return time === null ? null : time.slice(0, 19).replace('T', ' ');
}
