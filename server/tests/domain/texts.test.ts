import { describe, expect, it } from 'vitest';
import { mentionsIn } from '../../src/domain/mentions.ts';
import { checkLine, isBlank } from '../../src/domain/text.ts';

const none: string[] = [];

describe('mentions', () => {
  it.each([
    ['@bob', ['bob']],
    ['Hi @bob, @carla!', ['bob', 'carla']],
    ['.@bob look', ['bob']],
    ['Seen.@bob', ['bob']],
    ['-@bob', ['bob']],
    ['(@bob)', ['bob']],
    ['“@bob”', ['bob']],
    ['really?@bob', ['bob']],
    ['so:@bob', ['bob']],
    ['@bob/@carla', ['bob']],
    ['写真@bobさん', ['bob']],
    ['写真は@bobが撮った。@carlaも', ['bob', 'carla']],
    ['ありがとう@bob', ['bob']],
    ['カメラー@bob', ['bob']],
    ['看@bob的照片', ['bob']],
    ['ดูรูปของ@bobสิ', ['bob']],
    ['ที่@bob', ['bob']],
    ['ສະບາຍດີ@bob', ['bob']],
    ['@bob님 안녕', ['bob']],
    ['＠bob さん', ['bob']],
    ['@BOB', ['bob']],
    ['@bob.', ['bob.', 'bob']],
    ['mail bob@example.com', none],
    ['mail first.last@example.com', none],
    ['josé@example.com', none],
    ['jose\u0301@example.com', none],
    ['пётр@bob', none],
    ['a1@bob', none],
    ['https://example.com/?u=@bob', none],
    ['https://example.com/?@bob', none],
    ['https://example.com/@bob', none],
    ['http://bob:@carla.example.com/', none],
    ['?u=@bob', none],
    ['/@bob', none],
    ['x&@bob', none],
    ['@bob@example.com', none],
    ['@@bob', none],
    ['@josé', none],
    ['@bobè', none],
    ['@bobя', none],
    ['@', none],
  ])('%s: %j', (text, names) => {
    const found = mentionsIn(text);
    // A name with a full stop at its end is two: the likelier first.
    expect(found).toEqual(text === '@bob.' ? [names] : names.map((name) => [name]));
  });

  it('takes no longer for a text that was made to', () => {
    expect(mentionsIn(`${'e\u0301'.repeat(2500)}@bob`)).toEqual([]);
    expect(mentionsIn('@a.'.repeat(1600)).length).toBeLessThan(31);
    expect(mentionsIn('a://'.repeat(1200))).toEqual([]);
  });
});

/** Characters that nobody sees, by kind. */
const invisible = {
  'nothing at all': '',
  blanks: ' \t\n\u00a0\u2003\u3000\u2028',
  'a zero-width space': '\u200b',
  'a zero-width joiner': '\u200d',
  'a word joiner': '\u2060',
  'a byte order mark': '\ufeff',
  'a soft hyphen': '\u00ad',
  'a combining grapheme joiner': '\u034f',
  'the Hangul fillers': '\u3164\u115f\u1160\uffa0',
  'a braille cell without dots': '\u2800',
  'a note without a head': '\u{1d159}',
  'variation selectors': '\ufe0f\u{e0100}',
  tags: '\u{e0001}\u{e0041}\u{e007f}',
  'a Mongolian vowel separator': '\u180e',
  'invisible operators': '\u2062\u2063\u2064',
  'marks of direction': '\u200e\u200f\u061c',
  isolates: '\u2066\u2069',
  'interlinear annotations': '\ufff9\ufffb',
  noncharacters: '\uffff',
};

describe('texts that nobody sees', () => {
  it.each(Object.entries(invisible))('%s is blank, also among blanks', (_kind, text) => {
    expect([isBlank(text), isBlank(` ${text} `), isBlank(`${text}a`)]).toEqual([true, true, false]);
    expect(() => checkLine('name', text)).toThrow(/^name must have a visible character/);
  });

  it.each(['a', '.', '❤️', '写', '👩‍👩‍👧', 'ไ', '\u0301', '⠁', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'])('%s is seen', (text) => {
    expect(isBlank(text)).toBe(false);
  });
});

describe('a name', () => {
  it.each([
    ['a line feed', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a carriage return', 'a\rb'],
    ['a NUL', 'a\0b'],
    ['an escape', '\u001b[31mred'],
    ['a delete', 'a\u007f'],
    ['a next line', 'a\u0085b'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['an override to the left', '\u202eevil'],
    ['an override to the right', '\u202devil\u202c'],
    ['an override that ends', 'a\u202eb\u202c'],
    ['an embedding that does not end', '\u202babc'],
    ['an isolate that does not end', '\u2067abc'],
    ['an end of an isolate alone', 'abc\u2069'],
    ['an end of an embedding alone', 'abc\u202c'],
    ['two that cross each other', '\u2067a\u202ab\u2069c\u202c'],
    ['half a surrogate pair', 'a\ud800'],
  ])('with %s is refused', (_what, name) => {
    expect(() => checkLine('name', name)).toThrow(/^name must/);
  });

  it.each([
    'Alice',
    '  Alice ',
    'Ali ce',
    'علي\u200f',
    '\u2067עלי\u2069 (Ali)',
    'a\u200db',
    '👩‍👩‍👧',
    'M\u202ba\u202c',
  ])('such as %j is taken', (name) => {
    expect(() => checkLine('name', name)).not.toThrow();
  });
});
