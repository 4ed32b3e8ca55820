/** Whether the caller may do what a deployment does, by IAM's own simulation of the policy that `ssmlab policy` prints. */
import type { Simulation } from '../aws/iam.js';
import type { PolicyStatement } from '../permissions/policies.js';
import type { PreflightApi } from './api.js';
import { type Finding, look } from './finding.js';

const ROOT = /^arn:[^:]+:iam::\d+:root$/u;
const ASSUMED = /^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//u;
const USER = /^arn:[^:]+:iam::\d+:user\//u;

/** Whoever is simulated: who that is under its id the simulation is told, as a request would tell it. */
const USER_ID = { variable: '${aws:userid}', context: { name: 'aws:userid', type: 'string', values: ['AIDAEXAMPLE'] } } as const;

/** An example of what the pattern names: of this account and region where it says any. */
function example(pattern: string, { account, region }: { readonly account: string; readonly region: string }): string {
  const parts = pattern.split(':');
  if (parts.length < 6) return pattern;
  const [scheme, partition, service, anyRegion, anyAccount, ...rest] = parts;
  return [scheme, partition, service, anyRegion === '*' ? region : anyRegion, anyAccount === '*' ? account : anyAccount, rest.join(':').replaceAll(USER_ID.variable, USER_ID.context.values[0]).replaceAll('*', 'x')].join(':');
}

type Context = Simulation['context'][number];

const TYPES: Readonly<Record<string, Context['type']>> = { Bool: 'boolean', ForAnyValue: 'stringList' };

/** What has to be asked for one statement, resource by resource: the request as the statement wants it to be. */
function simulationsOf({ Action, Resource, Condition = {} }: PolicyStatement, where: { readonly account: string; readonly region: string }): Simulation[] {
  const context = Object.entries(Condition).flatMap(([operator, keys]) => {
    const type = Object.entries(TYPES).find(([start]) => operator.startsWith(start))?.[1] ?? 'string';
    return Object.entries(keys).map(([name, values]): Context => ({ name, type, values: [values].flat().map((value) => (value === '*' ? 'x' : value)) }));
  });
  const resources = [Resource].flat();
  if (resources.some((one) => one.includes(USER_ID.variable))) context.push(USER_ID.context);
  // A profile is no role, and the statement names both.
  const resourceOf = (action: string): string => (/InstanceProfile/u.test(action) ? resources.find((one) => one.includes(':instance-profile/')) : undefined) ?? resources[0] ?? '*';
  return resources.map((resource) => ({ resource: example(resource, where), context, actions: Action.filter((action) => resourceOf(action) === resource) })).filter(({ actions }) => actions.length > 0);
}

/**
 * `arn`: the caller's, as GetCallerIdentity has it. A session of a role is judged as its role; a federated user cannot be simulated. The
 * simulation knows identity policies and boundaries; service control policies and session policies may deny more.
 */
export function permissionFinding(api: Pick<PreflightApi, 'roleArn' | 'notAllowed'>, { arn, account }: { readonly arn: string; readonly account: string }, region: string, { statements, serviceRole }: { readonly statements: readonly PolicyStatement[]; readonly serviceRole?: string | undefined }): Promise<Finding> {
  return look('permissions', async () => {
    if (ROOT.test(arn)) return { verdict: 'good', text: 'the account\'s root user may do everything' };
    const roleName = ASSUMED.exec(arn)?.[1];
    const source = roleName === undefined ? arn : await api.roleArn(roleName);
    if (source === undefined || (roleName === undefined && !USER.test(arn))) return { verdict: 'unknown', text: `IAM simulates users and roles, and ${arn} is neither` };
    const simulations = statements.flatMap((statement) => simulationsOf(statement, { account, region }));
    const denied = [...new Set((await Promise.all(simulations.map((simulation) => api.notAllowed(source, simulation)))).flat())].toSorted();
    const all = new Set(simulations.flatMap(({ actions }) => actions)).size;
    if (denied.length === 0) return { verdict: 'good', text: `${all} actions are allowed (simulated)` };
    return {
      verdict: 'bad',
      text: `${denied.length} of ${all} actions ${denied.length === 1 ? 'is' : 'are'} not allowed (simulated): ${denied.join(', ')}`,
      hint: `\`ssmlab policy deploy${serviceRole === undefined ? '' : ` --service-role ${serviceRole}`}\` prints the policy that allows them`,
    };
  });
}
