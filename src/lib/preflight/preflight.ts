/** A look at an account before a lab is made there: what would make it fail, and what would surprise. It only reads, all at once. */
import { SsmlabError } from '../errors.js';
import { isKeyPairName, keyPairPatterns, LAB_TAG } from '../lab/lab.js';
import type { PolicyStatement } from '../permissions/policies.js';
import { hostManagementFinding, metadataFinding, publicAccessFinding } from './account.js';
import type { PreflightApi } from './api.js';
import { type Finding, look } from './finding.js';
import { few } from '../stack/few.js';
import { permissionFinding } from './permissions.js';
import { place, type Placement, VCPUS_EACH } from './placement.js';
import { quotaFinding } from './quotas.js';

export interface PreflightOptions {
  readonly stack: string;
  readonly region: string;
  /** Types of the resources that are going to be made; none where that is not known. */
  readonly types: readonly string[];
  /** The policy that the deployment takes. */
  readonly statements: readonly PolicyStatement[];
  /** Name of CloudFormation's service role, when it makes the lab and not the caller. */
  readonly serviceRole?: string | undefined;
  /** Tells who may open SSH to instance 1; absent where the template's own default stands. */
  readonly sshSourceCidr: (() => Promise<string>) | undefined;
  /** Name of a key pair that is there and is to be used; the lab's own when absent. */
  readonly keyPair?: string | undefined;
}

export interface Preflight {
  readonly findings: readonly Finding[];
  readonly placement: Placement;
}

type Tagged = { readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined };
const isOurs = ({ Tags }: Tagged): boolean => Tags?.some((tag) => tag.Key === LAB_TAG.key && tag.Value === LAB_TAG.value) === true;

/** AWS refuses requests that are further off (`aws-facts.md` has none; SigV4's rule: five minutes). */
const CLOCK_MS = 240_000;

function clockFinding(offsetMs: number | undefined): Omit<Finding, 'check'> {
  if (offsetMs === undefined) return { verdict: 'unknown', text: 'the service did not say what time it is' };
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  if (Math.abs(offsetMs) < CLOCK_MS) return { verdict: 'good', text: `this machine's clock is ${seconds < 2 ? 'right' : `${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead'}, which is near enough`}` };
  return { verdict: 'bad', text: `this machine's clock is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead'}; AWS refuses what is signed five minutes off`, hint: 'set the clock' };
}

async function sshFinding(source: PreflightOptions['sshSourceCidr']): Promise<Omit<Finding, 'check'>> {
  if (source === undefined) return { verdict: 'good', text: 'as the template has it' };
  const cidr = await source().catch((error: unknown) => {
    if (error instanceof SsmlabError) return error;
    throw error;
  });
  if (cidr instanceof SsmlabError) return { verdict: 'bad', text: cidr.message, hint: cidr.hint };
  const length = Number(cidr.split('/')[1] ?? 32);
  if (length === 0) return { verdict: 'notice', text: `${cidr}: everybody on the internet may try to open SSH to instance 1`, hint: 'leave out --ssh-from to admit this machine alone' };
  return length < 24 ? { verdict: 'notice', text: `${cidr}: ${2 ** (32 - length)} addresses may open SSH to instance 1` } : { verdict: 'good', text: `${cidr} may open SSH to instance 1` };
}

/** Looks. Errors: what is said of the credentials themselves; everything else is a finding. */
export async function preflight(api: PreflightApi, options: PreflightOptions): Promise<Preflight> {
  const { stack, region, types, sshSourceCidr } = options;
  const identity = await api.callerIdentity();
  const { keyPair } = options;
  const instances = types.filter((type) => type === 'AWS::EC2::Instance').length;
  const [{ placement, findings: placed }, ...others] = await Promise.all([
    place(api, region),
    look('clock', async () => clockFinding(identity.clockOffsetMs)),
    look('stack', async () => {
      const found = await api.findStack(stack);
      if (found === undefined || found.StackStatus === 'DELETE_COMPLETE') return { verdict: 'good', text: `no stack is called "${stack}"` };
      // It has no tags yet: deploy looks whose its plans are.
      if (found.StackStatus === 'REVIEW_IN_PROGRESS') return { verdict: 'notice', text: `"${stack}" is planned already, and nothing of it is made` };
      if (!isOurs(found)) return { verdict: 'bad', text: `a stack "${stack}" is there and was not made by ssmlab`, hint: 'choose another name with --stack' };
      return { verdict: 'notice', text: `"${stack}" is there already (${found.StackStatus ?? 'of unknown status'})` };
    }),
    look('key pair', async () => {
      if (keyPair !== undefined) return (await api.findKeyPair(keyPair)) === undefined ? { verdict: 'bad', text: `no key pair is called "${keyPair}" in ${region}` } : { verdict: 'good', text: `"${keyPair}" is used, and stays` };
      const before = (await api.keyPairsLike(keyPairPatterns(stack))).filter((pair) => isOurs(pair) && isKeyPairName(stack, pair.KeyName ?? '')).map(({ KeyName }) => `"${KeyName}"`);
      return { verdict: 'good', text: before.length === 0 ? 'it is made here; only its public half goes up' : `${few(before)} of before ${before.length === 1 ? 'is' : 'are'} there, used where the private half is here, and taken away by destroy` };
    }),
    look('ssh from', () => sshFinding(sshSourceCidr)),
    permissionFinding(api, identity, region, options),
    quotaFinding(api, types, instances * VCPUS_EACH),
    publicAccessFinding(api),
    hostManagementFinding(api),
    metadataFinding(api),
  ]);
  return { findings: [...others, ...placed], placement };
}

/** Throws `preflight-failed` when a deployment would fail. */
export function requireGood({ findings }: Preflight): void {
  const bad = findings.filter(({ verdict }) => verdict === 'bad');
  if (bad.length === 0) return;
  throw new SsmlabError('preflight-failed', `nothing was made, for it would fail: ${bad.map(({ check, text }) => `${check}: ${text}`).join('; ')}`, { hint: bad.map(({ hint }) => hint).find((hint) => hint !== undefined) });
}
