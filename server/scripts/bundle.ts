import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';

export const serverDir = join(import.meta.dirname, '..');
const sourceDir = join(serverDir, 'src');
const mainFile = join(sourceDir, 'main.ts');

/** Files that start themselves again, as a thread or a process: the bundle has each as a file of its own. */
const startedAlone = globSync('**/*.ts', { cwd: sourceDir }).filter((file) =>
  /(?:new Worker|fork)\([^;]*import\.meta\.url/.test(readFileSync(join(sourceDir, file), 'utf8')),
);

/** Have files beside their code, or are loaded when somebody uses them. */
const unbundled =
  /^(@aws-sdk|@fastify\/swagger-ui|@img|@node-rs|@opentelemetry|@simplewebauthn|better-sqlite3|exifreader|libheif-js|pg-native|pino|sharp|web-push)/;

/** Where code looks for what lies beside its source: expressions that stand for `import.meta` there. */
type Places = (file: string) => { url: string; dirname: string };

/** `moving`: the bundle may be moved, with all that it is. `staying`: it finds what it needs beside the source where it was made. */
export type BundleKind = 'moving' | 'staying';

/**
 * Bundles the program and most of its packages: a start loads a few files instead of 2,500, which takes most of the processor
 * time of a short command.
 * @param folder a new folder, directly below that of the server for `moving`
 */
export async function bundleInto(folder: string, kind: BundleKind): Promise<void> {
  // Development installs it alone.
  const { rolldown } = await import('rolldown');
  const isMoving = kind === 'moving';
  const bundle = await rolldown({
    input: isMoving ? { main: mainFile, ...inputsAlone() } : { main: mainFile },
    platform: 'node',
    external: [/^node:/, unbundled],
    plugins: [placing(isMoving ? movingPlaces : stayingPlaces)],
    logLevel: 'silent',
  });
  const extension = isMoving ? 'js' : 'mjs';
  await bundle.write({
    dir: folder,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `chunk-[name].${extension}`,
  });
  await bundle.close();
}

function inputsAlone(): Record<string, string> {
  return Object.fromEntries(startedAlone.map((file) => [nameOf(file), join(sourceDir, file)]));
}

function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.ts$/, '');
}

/** The first file keeps its compiled code beside the bundle, which goes with it. */
function placing(places: Places): Plugin {
  return {
    name: 'source-places',
    transform(code, id) {
      if (id === mainFile || !id.startsWith(sourceDir) || !code.includes('import.meta'))
        return null;
      const { url, dirname: folder } = places(id);
      return code.replaceAll('import.meta.dirname', folder).replaceAll('import.meta.url', url);
    },
  };
}

function stayingPlaces(file: string): ReturnType<Places> {
  return {
    url: JSON.stringify(pathToFileURL(file).href),
    dirname: JSON.stringify(dirname(file)),
  };
}

/** All files of the bundle lie in one folder beside that of the source. */
function movingPlaces(file: string): ReturnType<Places> {
  const isStartedAlone = startedAlone.includes(relative(sourceDir, file));
  const place = isStartedAlone ? `./${nameOf(file)}.js` : `../${relative(serverDir, file)}`;
  return {
    url: `new URL(${JSON.stringify(place)}, import.meta.url).href`,
    dirname: `(import.meta.dirname + ${JSON.stringify(`/${dirname(place)}`)})`,
  };
}
