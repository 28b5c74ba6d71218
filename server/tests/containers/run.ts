import { inspect } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import { composed, small } from './compose.ts';
import { image } from './image.ts';
import { packages } from './packages.ts';
import { openPodman, type Podman } from './podman.ts';

type Step = (podman: Podman) => Promise<string>;

/** In this order: later steps use the image of the earlier one. */
const steps: Record<string, Step> = { packages, image, small, compose: composed };

const program = new Command('test:containers')
  .description(
    'Packs and installs the packages, builds the image and runs it, and everything of both Compose files, with podman and without any registry of images. ' +
      'The base image is made from packages of Debian and Node; what was made is kept for the next run.',
  )
  .option('--only <names>', `these steps alone: ${Object.keys(steps).join(', ')}`, stepNames)
  .option(
    '--folder <path>',
    'where images are kept (default: rookery-containers in the temporary folder)',
  )
  .addHelpText(
    'after',
    '\nNeeds root. podman and debootstrap are installed by apt-get when they are missing.',
  )
  .action(main);

async function main({ only, folder }: { only?: string[]; folder?: string }): Promise<void> {
  const podman = await openPodman(folder);
  for (const [name, step] of Object.entries(steps)) {
    if (only && !only.includes(name)) continue;
    const startedAt = performance.now();
    try {
      const figures = await step(podman);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      process.stdout.write(`PASS ${name} (${seconds} s): ${figures}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`FAIL ${name}: ${inspect(error)}\n`);
    }
  }
}

function stepNames(text: string): string[] {
  const names = text.split(',');
  if (names.every((name) => name in steps)) return names;
  throw new InvalidArgumentError(`There are ${Object.keys(steps).join(', ')}.`);
}

await program.parseAsync();
