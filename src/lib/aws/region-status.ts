/** Why a region of AWS does not know keys that are good: an account has to enable the newer ones, and where it has not they answer as to a wrong key. */
import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { ec2 } from './ec2.js';
import { awsCode } from './errors.js';
import { callerIdentity } from './sts.js';

/** What a region says to keys that it does not know: EC2, the services that speak JSON, and those that speak forms. */
const UNKNOWN_KEY = new Set(['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException']);

/** Regions that every account of the partition has, and that know of the others. */
const homeOf = (region: string): string => (region.startsWith('cn-') ? 'cn-north-1' : region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1');

type Standing = 'disabled' | 'unknown-here' | 'good' | 'unread';

/** How the region stands to the account; asked elsewhere, with the same keys. */
async function standing(target: Target): Promise<Standing> {
  const home = homeOf(target.region);
  if (home === target.region) return 'unread';
  const elsewhere: Target = { ...target, region: home, explain: undefined };
  try {
    const { Regions } = await ec2(elsewhere).send(new DescribeRegionsCommand({ RegionNames: [target.region], AllRegions: true }));
    return Regions?.[0]?.OptInStatus === 'not-opted-in' ? 'disabled' : 'good';
  } catch {
    // Who may not look still learns whether the keys are good at all, which needs no permission.
    return callerIdentity(elsewhere).then(() => 'unknown-here', () => 'unread');
  }
}

/** Of those that were asked about: a command makes many calls, and each is refused. */
const asked = new WeakMap<Target['credentials'], Map<string, Promise<Standing>>>();

/** `region-disabled` for a refusal that the target's region explains; any other error is as it was. */
export async function explainRegion(error: SsmlabError, target: Target): Promise<SsmlabError> {
  const code = awsCode(error);
  if (code === undefined || !UNKNOWN_KEY.has(code)) return error;
  const { region, credentials } = target;
  const ofKeys = asked.get(credentials) ?? new Map<string, Promise<Standing>>();
  asked.set(credentials, ofKeys);
  const asking = ofKeys.get(region) ?? standing(target);
  ofKeys.set(region, asking);
  const found = await asking;
  const hint = `enable it, as who may: \`aws account enable-region --region-name ${region}\`, or the account's settings in the console, and wait some minutes; or choose another with --region`;
  if (found === 'disabled') return new SsmlabError('region-disabled', `the region ${region} is not enabled in the account (${code})`, { cause: error.cause, hint });
  if (found === 'unknown-here') return new SsmlabError('region-disabled', `the region ${region} does not know the credentials, and ${homeOf(region)} does (${code}): it is not enabled in the account, or they are of a session for older regions only`, { cause: error.cause, hint });
  return error;
}
