import { describe, expect, it } from 'vitest';
import {
  callingCodeOf,
  maskedNumber,
  phoneNumber,
} from '../../src/domain/accounts/phone-number.ts';
import { bareCodeText, codeText } from '../../src/domain/phones/code-text.ts';

describe('a phone number', () => {
  it.each([
    ['+59898765432', '', '+59898765432'],
    ['+598 98 765-432', '', '+59898765432'],
    ['00598 (98) 765.432', '', '+59898765432'],
    ['＋５９８ ９８７６５４３２', '', '+59898765432'],
    ['+44 20 7946‑0958', '', '+442079460958'],
    ['098 765 432', '+598', '+59898765432'],
    ['98765432', '598', '+59898765432'],
    ['98765432', '00598', '+59898765432'],
    ['+59898765432', '+1', '+59898765432'],
  ])('is read from %s with the country %s', (text, countryCode, number) => {
    expect(phoneNumber(text, countryCode)).toBe(number);
  });

  it.each([
    '',
    '+',
    '98765432',
    '+1234567',
    '+1234567890123456',
    '+0598987654',
    '+598 98 765 43x',
    '+598;98765432',
    '++59898765432',
  ])('is not %j', (text) => {
    expect(() => phoneNumber(text)).toThrow('phone must be a number with its country code');
  });

  it.each([
    ['+15005550006', '+1'],
    ['+74951234567', '+7'],
    ['+442079460958', '+44'],
    ['+59898765432', '+598'],
    ['+35312345678', '+353'],
  ])('of %s has the calling code %s', (number, code) => {
    expect(callingCodeOf(number)).toBe(code);
  });

  it('is noted without the digits that would call it', () => {
    expect(maskedNumber('+59898765432')).toBe('+598…32');
  });
});

describe('the message with a code', () => {
  it.each(['en', 'es'] as const)('in %s fits into one text message', (language) => {
    const text = codeText(language, '012345', 600_000);

    expect(text).toContain('012345');
    expect(text).toContain('10 min');
    expect(text).toMatch(/^[ -~]{1,160}$/);
  });

  it('is the code alone, for clients that read it out', () => {
    expect(bareCodeText('en', '1234')).toBe('Your verification code is 1234');
  });
});
