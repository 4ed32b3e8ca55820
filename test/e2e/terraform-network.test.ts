/** Terraform's AWS provider makes the lab's network and more, finds nothing to change, changes it in place, and removes it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, removeLocalCloud, startLocalCloud } from '../../src/lib/target/local/cloud.js';
import { Home, root } from './program.js';
import { Terraform, whyNoTerraform } from './terraform.js';

const missing = whyNoTerraform();

describe.skipIf(missing !== undefined)(`terraform and the network${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let home: Home;
  let cloud: LocalCloud;
  let terraform: Terraform;

  beforeAll(async () => {
    home = new Home();
    cloud = await startLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '' });
    terraform = new Terraform(home, cloud, join(root, 'test/e2e/terraform-network'));
    const { status, text } = await terraform.run('init');
    expect(status, text).toBe(0);
  });

  afterAll(async () => {
    await removeLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '' });
    home.remove();
  });

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
