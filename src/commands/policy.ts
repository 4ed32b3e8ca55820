/** `ssmlab policy`: the IAM policies that the tool needs, no wider than AWS lets them be. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { SsmlabError } from '../lib/errors.js';
import { type Permission, type Place, type Use, USES } from '../lib/permissions/permission.js';
import { type Holder, permissionsOf, type PolicyDocument, policyDocuments, SERVICE_ROLE_TRUST, statementsOf } from '../lib/permissions/policies.js';
import { permissionLines } from '../lib/report/permissions.js';
import { checkRegionName, checkStackPattern } from '../lib/target/lab-folder.js';

interface Printed {
  policies: readonly (PolicyDocument | typeof SERVICE_ROLE_TRUST)[];
  reasons: readonly Permission[];
}

export default class Policy extends BaseCommand {
  static override summary = 'Print the IAM policy that deploy, connect or verify needs on AWS.';
  static override description = `JSON for \`aws iam create-policy\`, made from the same table that ssmlab's own calls are held to. Without an argument one policy is for all three. Nothing is asked of AWS, and no lab has to be there. What ssmlab does on your instances goes by the tag ssmlab=true, which its labs have.

With a CloudFormation service role (\`deploy --role-arn\`) people need no permission to make networks: \`policy deploy --service-role NAME\` is theirs, \`policy service-role\` and \`policy service-role --trust\` are the role's.`;
  static override examples = ['<%= config.bin %> <%= command.id %> deploy --region eu-central-1', "<%= config.bin %> <%= command.id %> verify --stack 'web-*' > verify-policy.json", '<%= config.bin %> <%= command.id %> deploy --reasons'];
  static override usage = '<%= command.id %> [deploy|connect|verify|sweep|service-role] [flags]';
  static override args = { use: Args.string({ ignoreStdin: true, options: [...USES, 'service-role'], description: 'what it is to allow; deploy, connect and verify when absent' }) };
  static override flags = {
    stack: Flags.string({ description: 'name of the stack, or the beginning of names with *', helpValue: 'NAME', default: 'ssmlab', helpGroup: 'SCOPE' }),
    region: Flags.string({ description: 'the one region that it is for [default: all]', helpValue: 'NAME', helpGroup: 'SCOPE' }),
    'service-role': Flags.string({ description: 'name of the role that CloudFormation makes the lab with, in place of your own permissions', helpValue: 'NAME', helpGroup: 'SCOPE' }),
    trust: Flags.boolean({ description: 'whom the service role trusts, for `policy service-role`', helpGroup: 'SCOPE' }),
    part: Flags.integer({ description: 'which of several, where it is longer than one managed policy may be', helpValue: 'N', min: 1, helpGroup: 'SCOPE' }),
    reasons: Flags.boolean({ description: 'each action with its reason, in place of the policy', helpGroup: 'OUTPUT' }),
  };
  static override enableJsonFlag = true;

  async run(): Promise<Printed> {
    const { args, flags } = await this.parse(Policy);
    checkStackPattern(flags.stack);
    if (flags.region !== undefined) checkRegionName(flags.region);
    const forRole = args.use === 'service-role';
    if (flags.trust && !forRole) throw new SsmlabError('usage', '--trust is of the service role', { hint: 'run `ssmlab policy service-role --trust`' });
    if (forRole && flags['service-role'] !== undefined) throw new SsmlabError('usage', '--service-role is for the policy of who deploys', { hint: 'run `ssmlab policy deploy --service-role NAME`; the role\'s own needs no name' });
    const holder: Holder = forRole ? 'service-role' : { uses: args.use === undefined ? ['deploy', 'connect', 'verify'] : [args.use as Use] };
    // The role's own calls do not come by way of CloudFormation: its name is of no matter, that there is one is.
    const place: Place = { region: flags.region ?? '*', stack: flags.stack, serviceRole: forRole ? '' : flags['service-role'] };
    const reasons = permissionsOf(holder, place);
    const policies = flags.trust ? [SERVICE_ROLE_TRUST] : policyDocuments(statementsOf(holder, place));
    if (flags.part !== undefined && flags.part > policies.length) throw new SsmlabError('usage', `there is no part ${flags.part}: the policy has ${policies.length}`, { hint: 'leave --part out' });
    if (flags.reasons) this.print(permissionLines(reasons, { style: this.style, width: this.width }));
    else if (!this.jsonEnabled()) this.#print(policies, flags.part);
    return { policies, reasons };
  }

  #print(policies: Printed['policies'], part: number | undefined): void {
    if (part === undefined && policies.length > 1) {
      throw new SsmlabError('usage', `the policy is longer than the 6144 characters of a managed policy, and comes in ${policies.length}`, { hint: `take each by --part 1 to --part ${policies.length}, or one use at a time, as \`ssmlab policy deploy\`` });
    }
    process.stdout.write(`${JSON.stringify(policies[(part ?? 1) - 1], null, 2)}\n`);
  }
}
