/** Terraform's AWS provider makes a bucket with an object, policies, roles, a user with keys and a group, finds nothing to change, and removes them. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, removeLocalCloud, startLocalCloud } from '../../src/lib/target/local/cloud.js';
import { Home, root } from './program.js';
import { Terraform, whyNoTerraform } from './terraform.js';

const missing = whyNoTerraform();

describe.skipIf(missing !== undefined)(`terraform, IAM and S3${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let home: Home;
  let cloud: LocalCloud;
  let terraform: Terraform;

  beforeAll(async () => {
    home = new Home();
    cloud = await startLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '' });
    terraform = new Terraform(home, cloud, join(root, 'test/e2e/terraform-identity'));
    const { status, text } = await terraform.run('init');
    expect(status, text).toBe(0);
  });

  afterAll(async () => {
    await removeLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '' });
    home.remove();
  });

  it('applies, has nothing to change, and removes it all', { timeout: 240_000 }, async () => {
    const applied = await terraform.run('apply', '-auto-approve');
    expect(applied.text).toContain('Apply complete! Resources: 12 added');
    const planned = await terraform.run('plan', '-detailed-exitcode');
    expect(planned.status, planned.text).toBe(0);
    const destroyed = await terraform.run('destroy', '-auto-approve');
    expect(destroyed.text).toContain('Destroy complete! Resources: 12 destroyed');
  });
});
