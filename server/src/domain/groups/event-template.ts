import { maxBodyLength } from '../devices/device.ts';
import { DomainError, invalid } from '../errors.ts';
import { isBlank, lengthOf } from '../text.ts';

/** What is said of an event, but for up to three words that differ: `New photos from {1}`. */
export type EventTemplate = { id: number; name: string; text: string; createdAt: string };

const placeholders = /\{(\d+)\}/g;

/** @throws DomainError `invalid` (text) */
export function checkTemplateText(text: string): void {
  if (isBlank(text)) throw invalid('text', 'must have a visible character');
  const unknown = [...text.matchAll(placeholders)].find(
    ([, number = '']) => !/^[123]$/.test(number),
  );
  if (unknown) throw invalid('text', `has ${unknown[0]}; the placeholders are {1}, {2} and {3}`);
}

/**
 * The text with its placeholders filled in; what a value says in braces stays as it is.
 * @throws DomainError `invalid` (values: another number than the text asks for, or too long)
 */
export function filledText(text: string, values: readonly string[]): string {
  const wanted = Math.max(
    0,
    ...[...text.matchAll(placeholders)].map(([, number]) => Number(number)),
  );
  if (values.length !== wanted) {
    throw invalid(
      'values',
      `must be ${wanted} ${wanted === 1 ? 'text' : 'texts'}, as “${text}” asks for`,
    );
  }
  const filled = text.replace(placeholders, (_, number) => values[Number(number) - 1] ?? '');
  const length = lengthOf(filled);
  if (length > maxBodyLength) {
    throw invalid(
      'values',
      `make ${length} characters with the text; ${maxBodyLength} can be sent`,
    );
  }
  return filled;
}

export function noSuchTemplate(): DomainError {
  return new DomainError('not_found', 'There is no such event template.');
}
