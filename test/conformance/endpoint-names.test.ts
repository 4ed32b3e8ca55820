/** Names of AWS's services, plain, of FIPS 140, of dual stack and of both, in each partition: those that botocore's endpoint rules give. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { iamHome, pricingHome, publicAddress, type Variant } from '../../src/lib/aws/public-address.js';

const REGIONS = ['us-east-1', 'ap-northeast-1', 'us-gov-west-1', 'us-gov-east-1', 'cn-north-1', 'cn-northwest-1'];
/** Of the modules of lib/aws that sign for themselves; name in hosts → botocore's. */
const SERVICES = { 'ec2-instance-connect': 'ec2-instance-connect', 'kms': 'kms', 'scheduler': 'scheduler', 'servicequotas': 'service-quotas' };
const CASES: Variant[] = REGIONS.flatMap((region) => [false, true].flatMap((fips) => [false, true].map((dualStack) => ({ region, fips, dualStack }))));
const PROGRAM = `
import json, sys, botocore.session
from botocore.config import Config
session = botocore.session.get_session()
session.set_credentials('a', 'b')
def url(service, region, fips, dual):
    return session.create_client(service, region_name=region, config=Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual)).meta.endpoint_url + '/'
json.dump([url(*each) for each in json.load(sys.stdin)], sys.stdout)
`;

const pricingRegion = (region: string): string => (region.startsWith('cn-') ? 'cn-northwest-1' : 'us-east-1');
const asked = CASES.flatMap((variant): { readonly botocore: readonly [string, Variant]; readonly ours: string }[] => [
  ...Object.entries(SERVICES).map(([host, name]) => ({ botocore: [name, variant] as const, ours: publicAddress(host, variant) })),
  { botocore: ['iam', variant], ours: iamHome(variant).url },
  { botocore: ['pricing', { ...variant, region: pricingRegion(variant.region) }], ours: pricingHome(variant).url },
]);
const { status, stdout } = spawnSync('python3', ['-c', PROGRAM], { encoding: 'utf8', input: JSON.stringify(asked.map(({ botocore: [name, { region, fips, dualStack }] }) => [name, region, fips, dualStack])), env: { PATH: process.env['PATH'], HOME: process.env['HOME'], AWS_CONFIG_FILE: '/dev/null' } });

describe.skipIf(status !== 0)(`the names of services${status === 0 ? '' : ': no python3 with botocore on this machine'}`, () => {
  it('are those of botocore\'s rules', () => {
    // Debian's botocore (1.29) names IAM's partition where later ones, as AWS does, say what is everybody's.
    const theirs = (JSON.parse(stdout) as string[]).map((url) => url.replace('//iam.aws-global.api.aws/', '//iam.global.api.aws/'));
    expect(asked.map(({ ours, botocore: [name, variant] }) => [name, variant, ours])).toEqual(asked.map(({ botocore: [name, variant] }, index) => [name, variant, theirs[index]]));
  });
});
