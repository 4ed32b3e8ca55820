/** The licences of what the bundle carries, from what esbuild says that it took in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences under which code may be bundled: permissive ones that ask for their text at most. */
export const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense'];

/** `node_modules/a/node_modules/@b/c/index.js` → `node_modules/a/node_modules/@b/c` */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const TEXT = /^(?:licen[cs]e|copying|notice)/i;

/** Folders of the packages of which the outputs are made, also those that leave nothing but names. */
export function packagesIn(metafile) {
  const taken = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return [...new Set(taken.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []))].toSorted();
}

/** SPDX id as the manifest has it; old manifests list them with their addresses. */
function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license;
  return Array.isArray(licenses) ? licenses.map(({ type }) => type).join(' OR ') : 'unknown';
}

/** Name, version, licence and its texts of each bundled package, by name. */
export function bundledPackages(metafile, root) {
  return packagesIn(metafile).map((path) => {
    const folder = join(root, path);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const texts = readdirSync(folder).filter((name) => TEXT.test(name)).toSorted().map((name) => readFileSync(join(folder, name), 'utf8').trim());
    return { name: manifest.name, version: manifest.version, licence: licenceOf(manifest), texts };
  }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file: one section a text, with all packages that have it. A package without a text of its own has the licence's standard one. */
export function licenceFile(packages, root) {
  const standard = { 'Apache-2.0': readFileSync(join(root, 'LICENSE'), 'utf8').trim() };
  const sections = new Map();
  for (const { name, version, licence, texts } of packages) {
    const text = texts.length > 0 ? texts.join('\n\n') : standard[licence];
    if (text === undefined) throw new Error(`${name} ${version} has no licence text, and ${licence} none that is known here`);
    sections.set(text, [...(sections.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const rule = '-'.repeat(100);
  const head = 'ssmlab carries code of these packages. Each stands above the text of its licence.';
  return `${[head, ...[...sections].map(([text, names]) => `${rule}\n${names.join('\n')}\n${rule}\n\n${text}`)].join('\n\n')}\n`;
}

/** Path of the file in the package. */
export const LICENCE_FILE = 'dist/THIRD-PARTY-LICENSES.txt';
