import { describe, expect, it } from 'vitest';
import { foldName } from '../../src/domain/accounts/account.ts';

describe('names with a domain', () => {
  it.each([
    ['anna@müller.example', 'anna@xn--mller-kva.example'],
    ['Anna@MÜLLER.example', 'anna@xn--mller-kva.example'],
    ['anna@mu\u0308ller.example', 'anna@xn--mller-kva.example'],
    ['anna@XN--MLLER-KVA.example', 'anna@xn--mller-kva.example'],
    ['a@例え.テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ['a@straße.example', 'a@xn--strae-oqa.example'],
    ['ünal@müller.example', 'ünal@xn--mller-kva.example'],
    ['alice@example.com', 'alice@example.com'],
    [' Al\u200bice ', 'alice'],
    ['ａlice', 'alice'],
    ['alice@', 'alice@'],
    ['alice@1.2', 'alice@1.2'],
    ['alice@müller/1.2', 'alice@müller/1.2'],
    ['alice@xn--ü.example', 'alice@xn--ü.example'],
    ['alice@ex%61mple.com', 'alice@ex%61mple.com'],
    ['alice@ex%61müple.com', 'alice@ex%61müple.com'],
    ['müller', 'müller'],
    ['@müller', '@xn--mller-kva'],
    ['a@b@müller.example', 'a@b@xn--mller-kva.example'],
  ])('%s is kept as %s, and stays so', (name, folded) => {
    expect(foldName(name)).toBe(folded);
    expect(foldName(folded)).toBe(folded);
  });
});
