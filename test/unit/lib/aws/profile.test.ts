import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { requireProfile } from '../../../../src/lib/aws/credentials.js';
import { resolveTarget } from '../../../../src/lib/target/resolve.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-profile-'));
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('takes a profile of either file', async () => {
  writeFileSync(join(folder, 'config'), '[default]\nregion = eu-west-1\n[profile dev]\nregion = eu-west-1\n[sso-session corp]\nsso_region = eu-west-1\n');
  writeFileSync(join(folder, 'credentials'), '[old]\naws_access_key_id = A\naws_secret_access_key = B\n');
  for (const name of ['default', 'dev', 'old']) await requireProfile(name);
  await expect(requireProfile('corp')).rejects.toMatchObject({ code: 'profile-missing', message: `no profile "corp" is in ${folder}/config or ${folder}/credentials`, hint: 'there are default, dev, old' });
});

it('says so before it speaks of the region, and where nothing is configured', async () => {
  const asked = resolveTarget({ kind: 'aws', profile: 'nope', home: folder, environment: {} });
  await expect(asked).rejects.toMatchObject({ code: 'profile-missing', hint: expect.stringContaining('aws configure --profile nope') as string });
  await expect(resolveTarget({ kind: 'aws', home: folder, environment: { AWS_PROFILE: 'prod', AWS_REGION: 'eu-west-1' } })).rejects.toMatchObject({ code: 'profile-missing' });
});
