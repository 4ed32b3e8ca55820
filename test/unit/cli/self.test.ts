import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { asTyped, programName, selfCommand } from '../../../src/cli/self.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ssmlab-self-')));
afterAll(() => rmSync(folder, { recursive: true }));
const script = join(folder, 'clone', 'bin', 'run.js');
for (const path of ['clone/bin', 'global', 'cache/node_modules/.bin']) mkdirSync(join(folder, path), { recursive: true });
writeFileSync(script, '');
chmodSync(script, 0o755);
for (const path of ['global', 'cache/node_modules/.bin']) symlinkSync(script, join(folder, path, 'ssmlab'));
const linked = join(folder, 'global');
const npxFolder = join(folder, 'cache/node_modules/.bin');

it.each([
  ['linked', { PATH: linked }, '/', 'ssmlab'],
  ['by npx, in the folder', { PATH: `${npxFolder}:/usr/bin`, npm_command: 'exec' }, join(folder, 'clone'), 'npx ssmlab'],
  ['by npm run', { PATH: npxFolder, npm_lifecycle_event: 'start' }, join(folder, 'clone'), 'npx ssmlab'],
  ['by npx, and linked as well', { PATH: `${npxFolder}:${linked}`, npm_command: 'exec' }, '/', 'ssmlab'],
  ['by node, in the folder', { PATH: '/usr/bin' }, join(folder, 'clone'), 'npx ssmlab'],
  ['by node, in a folder whose name begins alike', { PATH: '/usr/bin' }, `${join(folder, 'clone')}2`, `node ${script}`],
  ['by node, from elsewhere', { PATH: '/usr/bin' }, '/', `node ${script}`],
])('is named as it can be typed: %s', (_, environment, where, name) => expect(programName({ environment, script, folder: where })).toBe(name));

it('is called by ssh by its real path, never by one in npx\'s cache, and with the state folder chosen', () => {
  const options = { script: join(npxFolder, 'ssmlab'), node: '/usr/bin/node' };
  expect(selfCommand({ ...options, environment: { PATH: npxFolder, npm_command: 'exec' } })).toBe(`/usr/bin/node ${script}`);
  expect(selfCommand({ ...options, environment: { PATH: linked, SSMLAB_HOME: '/a b', XDG_STATE_HOME: '/c' } })).toBe(`env SSMLAB_HOME='/a b' /usr/bin/node ${script}`);
});

it('puts the name into commands and nowhere else', () => {
  expect(asTyped('run `ssmlab list`, or `eval "$(ssmlab local env)"`; ssmlab made it in `/x/ssmlab-key`', 'npx ssmlab')).toBe('run `npx ssmlab list`, or `eval "$(npx ssmlab local env)"`; ssmlab made it in `/x/ssmlab-key`');
});
