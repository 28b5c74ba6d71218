import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { printResult, printRows } from '../../src/cli/print.ts';

const steering = 'a\u001b[2Kb\u009b1mc\rd\ne\u0007\u007f';

describe('what a command prints', () => {
  let printed: string;

  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
  });

  afterEach(() => void vi.restoreAllMocks());

  it('has nothing in its tables that steers a terminal, and a row is one line', () => {
    const row = (text: string) => ({ text, next: 'x' });
    printRows([steering, 'ok'], { json: false, row, none: '' });

    expect(printed).toBe(`a\ufffd[2Kb\ufffd1mc\ufffdd e\ufffd\ufffd  x\n${'ok'.padEnd(18)}x\n`);
  });

  it('keeps its lines, and what JSON escapes', () => {
    printResult({}, { json: false, lines: () => steering });
    const plain = printed;
    printed = '';
    printResult({ steering }, { json: true, lines: () => '' });

    expect(plain).toBe('a\ufffd[2Kb\ufffd1mc\ufffdd\ne\ufffd\ufffd\n');
    expect(JSON.parse(printed)).toEqual({ steering });
  });
});
