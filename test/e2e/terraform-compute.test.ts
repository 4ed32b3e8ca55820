/** Terraform's AWS provider makes instances with their keys, roles and parameters, finds nothing to change, changes them in place, and removes them. */
import { expect, it } from 'vitest';
import { describeTerraform } from './terraform.js';

describeTerraform('terraform and instances', 'terraform-compute', (terraform) => {
  it('applies, and then has nothing to change', { timeout: 240_000 }, async () => {
    const applied = await terraform.run('apply', '-auto-approve');
    expect(applied.status, applied.text).toBe(0);
    expect(applied.text).toContain('Apply complete!');
    const planned = await terraform.run('plan', '-detailed-exitcode');
    expect(planned.status, planned.text).toBe(0);
  });

  it('reads back what it made', async () => {
    expect(await terraform.output('found')).toEqual({
      secret: 'secret of first',
      instances: 2,
      type: 't4g.nano',
      name: 'first',
      address: expect.stringMatching(/^10\.0\.1\.\d+$/) as string,
      public: expect.stringMatching(/^198\.18\.\d+\.\d+$/) as string,
      hops: 2,
      encrypted: true,
      data: [5, 3000],
      size: 10,
      disk: 'disk of first',
      credits: 'standard',
      // SHA-256 of the key in SSH's wire form, as `ssh-keygen -lf` has it (and AWS, with the padding).
      fingerprint: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
      public_key: expect.stringMatching(/^ssh-ed25519 AAAA/) as string,
      memory: 512,
      zones: ['ap-northeast-1a', 'ap-northeast-1c', 'ap-northeast-1d'],
      same_image: true,
      role: expect.stringMatching(/^arn:aws:iam::\d{12}:role\/one$/) as string,
      account: expect.stringMatching(/^\d{12}$/) as string,
    });
  });

  it('changes type, tags, metadata options and values in place and settles', { timeout: 240_000 }, async () => {
    const other = ['-var', 'label=second', '-var', 'type=t4g.micro', '-var', 'hops=1', '-var', 'size=8'];
    const applied = await terraform.run('apply', '-auto-approve', ...other);
    expect(applied.status, applied.text).toBe(0);
    expect(applied.text).toMatch(/Apply complete! Resources: 0 added, [1-9]\d* changed, 0 destroyed/);
    const planned = await terraform.run('plan', '-detailed-exitcode', ...other);
    expect(planned.status, planned.text).toBe(0);
    expect(await terraform.output('found')).toMatchObject({ secret: 'secret of second', type: 't4g.micro', name: 'second', disk: 'disk of second', hops: 1, data: [8, 3000] });
  });

  it('destroys it all', { timeout: 240_000 }, async () => {
    const { status, text } = await terraform.run('destroy', '-auto-approve');
    expect(status, text).toBe(0);
    expect(text).toContain('Destroy complete!');
  });
});
