/** What the package says of itself stays true: version, manifest, and a line for every dependency. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; dependencies?: object; devDependencies: Record<string, string> };

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

  it('carries the manifest that its commands give', () => {
    const fresh = execFileSync(process.execPath, ['--input-type=module', '-e', "import { makeManifest } from './scripts/build.mjs'; process.stdout.write(await makeManifest());"], { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(read('oclif.manifest.json'))).toEqual(JSON.parse(fresh));
  });
});
