/** Terraform's AWS provider makes a bucket with an object, policies, roles, a user with keys and a group, an OpenID Connect provider and an MFA device, finds nothing to change, and removes them. */
import { expect, it } from 'vitest';
import { describeTerraform } from './terraform.js';

describeTerraform('terraform, IAM and S3', 'terraform-identity', (terraform) => {
  it('applies, has nothing to change, and removes it all', { timeout: 240_000 }, async () => {
    const applied = await terraform.run('apply', '-auto-approve');
    expect(applied.text).toContain('Apply complete! Resources: 14 added');
    const planned = await terraform.run('plan', '-detailed-exitcode');
    expect(planned.status, planned.text).toBe(0);
    const destroyed = await terraform.run('destroy', '-auto-approve');
    expect(destroyed.text).toContain('Destroy complete! Resources: 14 destroyed');
  });
});
