import { SingleBar } from 'cli-progress';

type ProgressBars = {
  /** Says how far a step is. A step begins with its first report. */
  report: (step: string, done: number, total: number) => void;
  stop: () => void;
};

const percentPerLine = 20;

/** Progress on standard error: a bar per step on a terminal, and a line now and then elsewhere. */
export function progressBars(stream: NodeJS.WriteStream = process.stderr): ProgressBars {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): ProgressBars {
  const format = '{step} {bar} {percentage} % | {value} of {total}';
  let current: { step: string; bar: SingleBar } | undefined;

  function begin(step: string, total: number): SingleBar {
    current?.bar.stop();
    const bar = new SingleBar({ stream, format, noTTYOutput: false, barsize: 30 });
    bar.start(total, 0, { step: step.padEnd(14) });
    current = { step, bar };
    return bar;
  }

  return {
    report(step, done, total) {
      const bar = current?.step === step ? current.bar : begin(step, total);
      bar.update(done);
    },
    stop: () => current?.bar.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): ProgressBars {
  let last = '';
  return {
    report(step, done, total) {
      const percent = Math.floor((done / total) * (100 / percentPerLine)) * percentPerLine;
      const line = `${step}: ${percent} % of ${total}`;
      if (line !== last) stream.write(`${line}\n`);
      last = line;
    },
    stop() {},
  };
}
