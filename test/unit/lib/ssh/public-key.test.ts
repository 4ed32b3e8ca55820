import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeKeyPair } from '../../../../src/lib/ssh/key-pair.js';
import { loadPublicKey } from '../../../../src/lib/ssh/public-key.js';

const folder = mkdtempSync(join(tmpdir(), 'ssmlab-key-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads the public half, named by itself or by the private one', async () => {
  const pair = makeKeyPair('me@here');
  const path = join(folder, 'id');
  writeFileSync(path, pair.privateKey);
  await expect(loadPublicKey(path)).rejects.toMatchObject({ code: 'key-unusable' });
  writeFileSync(`${path}.pub`, `${pair.publicKey}\n`);
  expect([await loadPublicKey(path), await loadPublicKey(`${path}.pub`)]).toEqual([pair.publicKey.trim(), pair.publicKey.trim()]);
  await expect(loadPublicKey(join(folder, 'none'))).rejects.toMatchObject({ code: 'key-missing' });
  writeFileSync(join(folder, 'two.pub'), `${pair.publicKey}\n${pair.publicKey}\n`);
  await expect(loadPublicKey(join(folder, 'two.pub'))).rejects.toMatchObject({ code: 'key-unusable' });
});
