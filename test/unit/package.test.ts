/** What the package says of itself stays true: version, manifest, and a line for every dependency. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; files: string[]; dependencies?: object; devDependencies: Record<string, string> };

interface Bundled {
  readonly outputs: string[];
  readonly packages: { name: string; version: string; licence: string; texts: string[] }[];
  readonly allowed: string[];
  readonly text: string;
  /** Names of EC2's requests that the bundle has a schema of. */
  readonly ec2: string[];
}

let made: Bundled | undefined;

/** The bundle as the build makes it, in a process of its own. */
function bundled(): Bundled {
  made ??= JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', `
    import { build } from 'esbuild';
    import { bundleOptions } from './scripts/build.mjs';
    import { ALLOWED, bundledPackages, licenceFile } from './scripts/licences.mjs';
    const { metafile, outputFiles } = await build({ ...bundleOptions(), write: false });
    const packages = bundledPackages(metafile, process.cwd());
    const schemas = Object.entries(metafile.outputs).filter(([, output]) => Object.keys(output.inputs).some((path) => path.includes('client-ec2/dist-es/schemas/'))).map(([path]) => path);
    const texts = outputFiles.filter((file) => schemas.some((path) => file.path.endsWith(path))).map((file) => file.text);
    const ec2 = [...new Set(texts.flatMap((text) => text.match(/(?<=")[A-Z][A-Za-z0-9]*Request(?=")/gu) ?? []))];
    process.stdout.write(JSON.stringify({ outputs: Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)), packages, allowed: ALLOWED, text: licenceFile(packages, process.cwd()), ec2 }));
  `], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })) as Bundled;
  return made;
}

describe('the package', () => {
  it('has one version', () => {
    expect(VERSION).toBe(manifest.version);
    expect(read('CHANGELOG.md')).toContain(`## ${manifest.version}`);
  });

  it('installs alone: everything is bundled', () => {
    expect(manifest.dependencies).toBeUndefined();
  });

  it('pins each dependency and says why it is there', () => {
    const page = read('docs/dependencies.md');
    for (const [name, version] of Object.entries(manifest.devDependencies)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      const said = page.includes(`\`${name}\``) || (name.startsWith('@aws-sdk/client-') && page.includes(name.slice('@aws-sdk/client-'.length))) || name === '@aws-sdk/credential-providers' || name.startsWith('@types/');
      expect(said, `${name} in docs/dependencies.md`).toBe(true);
    }
  });

  it('carries the licence of all that is bundled, each of a kind that may be', () => {
    const { outputs, packages, allowed, text } = bundled();
    expect(packages.length).toBeGreaterThan(50);
    for (const { name, version, licence, texts } of packages) {
      expect(allowed, name).toContain(licence);
      expect(text).toContain(`\n${name} ${version} (${licence})\n`);
      for (const each of texts) expect(text.includes(each), name).toBe(true);
    }
    // Looked at another way: every name behind a node_modules has its line.
    const names = new Set(outputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/[^\0]*$/.exec(path.slice(path.lastIndexOf('node_modules/')))?.[1] ?? []));
    const listed = new Set(packages.map(({ name }) => name));
    expect([...names].filter((name) => !listed.has(name))).toEqual([]);
    expect(manifest.files).toContain('dist');
  }, 60_000);

  it('carries of the SDK only the operations that it calls: each start parses them', () => {
    const { ec2 } = bundled();
    expect(ec2).toContain('DescribeVpcAttributeRequest');
    expect(ec2.filter((name) => /^(?:Allocate|Purchase|Run)/u.test(name))).toEqual([]);
  }, 60_000);

  it('carries the manifest that its commands give', () => {
    const fresh = execFileSync(process.execPath, ['--input-type=module', '-e', "import { makeManifest } from './scripts/build.mjs'; process.stdout.write(await makeManifest());"], { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(read('oclif.manifest.json'))).toEqual(JSON.parse(fresh));
  });
});
