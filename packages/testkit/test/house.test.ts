/** Tidiness is a test: sizes, dependencies, documentation that leads somewhere, words that do not belong. */

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const IGNORED = new Set(['node_modules', '.git', 'out', 'dist', '.segue', 'segue-data']);

/** Paths of the project's files, relative to its root, in order. */
function listFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !IGNORED.has(entry.name) && !entry.name.endsWith('.log'))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? listFiles(path) : [path];
    })
    .sort();
}

const files = listFiles();
const textFiles = files.filter((path) => /\.(tsx?|mjs|js|css|html|json|ya?ml|md|sh)$|^\.ci\//.test(path));
const ownTextFiles = textFiles.filter((path) => path !== 'package-lock.json');
const markdown = files.filter((path) => path.endsWith('.md'));
/** Written by a program from something else, and never by hand. */
const isMade = (path: string): boolean => path === 'packages/client/src/api-types.ts';
const manifests = files.filter((path) => path.endsWith('package.json'));

type Manifest = {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};
const readManifest = (path: string): Manifest => JSON.parse(read(path)) as Manifest;

/** Every dependency on a package of others, with the manifest that asks for it. */
const dependencies = manifests.flatMap((path) => {
  const manifest = readManifest(path);
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([name]) => !name.startsWith('@segue/'))
    .map(([name, version]) => ({ path, name, version }));
});

describe('source files', () => {
  test('none is longer than 500 lines', () => {
    const long = files
      .filter((path) => /(^|\/)src\/.*\.tsx?$|(^|\/)bin\/.*\.mjs$/.test(path) && !isMade(path))
      .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });

  test('none has a name that says nothing', () => {
    const vague = files.filter((path) =>
      /(^|[/-])(utils?|helpers?|managers?|misc|common)(\.test)?\.ts$/.test(path),
    );
    expect(vague).toEqual([]);
  });

  test('names are kebab-case', () => {
    const odd = files.filter(
      (path) => /\.tsx?$/.test(path) && !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.\w+)*\.tsx?$/.test(path),
    );
    expect(odd).toEqual([]);
  });

  test('every module begins with what it is for', () => {
    const bare = files.filter(
      (path) => /(^|\/)src\/.*\.tsx?$/.test(path) && !isMade(path) && !/^(#!.*\n)?\/\*\*/.test(read(path)),
    );
    expect(bare).toEqual([]);
  });

  test('nothing is unfinished, silenced or left out', () => {
    const marks = ['TODO', 'FIXME', 'XXX', '@ts-ignore', '@ts-expect-error', '.only(', '.todo('];
    const self = relative(root, fileURLToPath(import.meta.url));
    const found = files
      .filter((path) => path.endsWith('.ts') && normalize(path) !== self)
      .flatMap((path) => {
        const text = read(path);
        return marks.filter((mark) => text.includes(mark)).map((mark) => `${path}: ${mark}`);
      });
    expect(found).toEqual([]);
  });
});

describe('dependencies', () => {
  test('versions are exact', () => {
    expect(dependencies.filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('one version of each', () => {
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of dependencies) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    expect([...versions].filter(([, set]) => set.size > 1)).toEqual([]);
  });

  test('each is on the page of dependencies with its version and purpose, and nothing else is', () => {
    const rows = [
      ...read('docs/dependencies.md').matchAll(/^\| (@?[\w./-]+) +\| (\d[\w.-]*) +\| \S.*? +\|/gm),
    ];
    const listed = new Map(rows.map((row) => [row[1], row[2]]));
    const needed = new Map(dependencies.map(({ name, version }) => [name, version]));
    expect([...listed].sort()).toEqual([...needed].sort());
  });
});

describe('documentation', () => {
  test('the architecture page names every folder of packages and of core', () => {
    const page = read('ARCHITECTURE.md');
    const folders = new Set(
      files.flatMap((path) => {
        const match = /^packages\/(?:core\/src\/)?([a-z-]+)\/.*\.ts$/.exec(path);
        return match?.[1] === undefined ? [] : [match[1]];
      }),
    );
    expect([...folders].filter((folder) => !new RegExp(`\\b${folder}\\b`).test(page))).toEqual([]);
  });

  test('the architecture page names no folder that is not there', () => {
    const block = /^packages\/\n([\s\S]*?)^```/m.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
    const paths: string[] = [];
    let parent = 'packages';
    for (const [, indent = '', folder = ''] of block.matchAll(/^( *)([a-z-]+(?:\/[a-z-]+)*)\/ /gm)) {
      if (indent === '') paths.push(folder);
      else if (indent.length === 2) paths.push((parent = `packages/${folder}`));
      else paths.push(`${parent}/src/${folder}`);
    }
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('links between pages lead somewhere', () => {
    const broken = markdown.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^(https?:|mailto:|#)/.test(target))
        .filter((target) => !existsSync(join(root, dirname(page), decodeURI(target.replace(/#.*$/, '')))))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('commands the README names are scripts of the workspace', () => {
    const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
    const named = [...read('README.md').matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('every page of docs is in its list of contents', () => {
    const contents = read('docs/README.md');
    const pages = files.filter((path) => /^docs\/[\w-]+\.md$/.test(path) && path !== 'docs/README.md');
    expect(pages.filter((path) => !contents.includes(`(${path.replace('docs/', '')})`))).toEqual([]);
  });
});

describe('words', () => {
  test('no page, source or example names a machine or what lies outside the project', () => {
    // Written in two parts so that this file does not find itself.
    const everywhere = ['/wo' + 'rk/', '/home' + '/', 'registry.npmjs' + '.org', 'file:/' + '/'];
    const outside = '../sha' + 'red';
    const mayReadOutside = (path: string): boolean => /(^|\/)test\/|^bench\//.test(path);
    const found = ownTextFiles.flatMap((path) => {
      const text = read(path);
      const words = mayReadOutside(path) ? everywhere : [...everywhere, outside];
      return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`);
    });
    expect(found).toEqual([]);
  });

  test('one word per concept: synonyms that the vocabulary rules out are not used as names in the core', () => {
    const ruledOut = /\b(?:type|class|interface|function|const)\s+\w*(Audience|Cohort|Predicate|Payload)\w*/g;
    const found = files
      .filter((path) => /^packages\/core\/src\/.*\.ts$/.test(path))
      .flatMap((path) => [...read(path).matchAll(ruledOut)].map((match) => `${path}: ${match[0]}`));
    expect(found).toEqual([]);
  });
});

test('the committed files are text and small: data belongs elsewhere', () => {
  const limitBytes = 1024 * 1024;
  const large = files.filter((path) => statSync(join(root, path)).size > limitBytes);
  expect(large).toEqual([]);
});
