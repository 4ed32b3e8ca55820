/** Terraform's AWS provider makes the lab's network and more, finds nothing to change, changes it in place, and removes it. */
import { expect, it } from 'vitest';
import { describeTerraform } from './terraform.js';

describeTerraform('terraform and the network', 'terraform-network', (terraform) => {
  it('applies, and then has nothing to change', { timeout: 240_000 }, async () => {
    const applied = await terraform.run('apply', '-auto-approve');
    expect(applied.text).toContain('Apply complete!');
    expect(applied.status).toBe(0);
    const planned = await terraform.run('plan', '-detailed-exitcode');
    expect(planned.status, planned.text).toBe(0);
  });

  it('reads back what it made', async () => {
    expect(await terraform.output('found')).toEqual({
      account: expect.stringMatching(/^\d{12}$/) as string,
      vpcs: 2,
      subnets: 3,
      prefix: true,
      entries: expect.arrayContaining(['203.0.113.0/24', '198.51.100.0/24']) as string[],
      resolvers: ['10.0.1.53', 'AmazonProvidedDNS'],
      addresses: ['10.0.1.100', '10.0.1.101'],
      public: true,
      dns: true,
      public_key: expect.stringMatching(/^ssh-ed25519 AAAA/) as string,
      route: true,
      ports: 443,
    });
  });

  it('changes in place and settles', { timeout: 240_000 }, async () => {
    const other = ['-var', 'owner=two', '-var', 'hostnames=false'];
    const applied = await terraform.run('apply', '-auto-approve', ...other);
    expect(applied.status, applied.text).toBe(0);
    expect(applied.text).toMatch(/Apply complete! Resources: 0 added, [1-9]\d* changed, 0 destroyed/);
    const planned = await terraform.run('plan', '-detailed-exitcode', ...other);
    expect(planned.status, planned.text).toBe(0);
    expect(await terraform.output<{ entries: string[] }>('found')).toMatchObject({ entries: expect.arrayContaining(['203.0.113.0/25']) as string[] });
  });

  it('destroys it all', { timeout: 240_000 }, async () => {
    const { status, text } = await terraform.run('destroy', '-auto-approve');
    expect(status, text).toBe(0);
    expect(text).toContain('Destroy complete!');
  });
});
