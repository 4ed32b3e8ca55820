/** action.yml, the example workflows and docs/ci.md say what the program does: every command line in them is one of its, every input is used, nothing of a user's gets into a script but as a variable. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { action, flagVariables, wrongCommands } from '../action-file.js';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'action.yml'), 'utf8');
const examples = readdirSync(join(root, 'docs/examples')).filter((name) => name.endsWith('.yml'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('action.yml', () => {
  const { inputs, outputs, runs } = action;

  it('is a composite action whose steps are bash', () => {
    expect(runs.using).toBe('composite');
    expect(runs.steps.map(({ shell }) => shell)).toEqual(runs.steps.map(() => 'bash'));
    for (const [name, input] of Object.entries(inputs)) expect([name, typeof input.description, typeof input.default]).toEqual([name, 'string', 'string']);
  });

  it('calls the program as it is', () => {
    expect(wrongCommands(runs.steps.map(({ run }) => run).join('\n'), 3)).toEqual([]);
    for (const variable of runs.steps.flatMap(({ env = {} }) => Object.keys(env)).filter((name) => name.startsWith('SSMLAB_'))) expect(flagVariables, variable).toContain(variable);
    expect(flagVariables).toContain('SSMLAB_REGION');
  });

  it('uses each of its inputs, and none that it has not', () => {
    const used = new Set([...text.matchAll(/inputs\.([a-z-]+)/gu)].map(([, name]) => name ?? ''));
    expect([...used].toSorted()).toEqual(Object.keys(inputs).toSorted());
    for (const { value } of Object.values(outputs)) expect(runs.steps.map(({ id }) => id)).toContain(/steps\.(\w+)\./u.exec(value)?.[1]);
  });

  it('puts nothing of a user\'s into a script: an expression there would be run', () => {
    for (const { run } of runs.steps) expect(run).not.toContain('${{');
  });

  it('always destroys what it deployed, unless it is to be kept', () => {
    const last = runs.steps.at(-1);
    expect([last?.run.includes('ssmlab destroy --yes'), last?.if]).toEqual([true, "${{ always() && inputs.deploy == 'true' && inputs.keep != 'true' }}"]);
  });
});

describe('the ways to call it', () => {
  it.each(examples)('docs/examples/%s uses it with inputs that it has', (name) => {
    const workflow = parse(read(`docs/examples/${name}`)) as { readonly permissions: Readonly<Record<string, string>>; readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, string>> }[] }>> };
    const uses = Object.values(workflow.jobs).flatMap(({ steps }) => steps).filter((step) => step.uses?.includes('/ssmlab@') === true);
    expect(uses).toHaveLength(1);
    for (const input of Object.keys(uses[0]?.with ?? {})) expect(Object.keys(action.inputs)).toContain(input);
    expect(workflow.permissions['contents']).toBe('read');
    expect(wrongCommands(read(`docs/examples/${name}`))).toEqual([]);
  });

  it('what deploys in an account destroys also when it is cancelled in between', () => {
    const { steps } = Object.values((parse(read('docs/examples/github-aws.yml')) as { readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly if?: string; readonly run?: string }[] }>> }).jobs)[0] ?? { steps: [] };
    expect(steps.at(-1)).toEqual({ if: 'cancelled()', run: 'ssmlab destroy --yes --target aws --region "$REGION" --stack "$STACK"' });
  });

  it.each(examples.filter((name) => /target: aws/u.test(read(`docs/examples/${name}`))))('docs/examples/%s holds no key: its role is lent by OIDC', (name) => {
    const text = read(`docs/examples/${name}`);
    const workflow = parse(text) as { readonly permissions: object; readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly with?: Readonly<Record<string, string>> }[] }>> };
    expect(workflow.permissions).toEqual({ 'contents': 'read', 'id-token': 'write' });
    expect(Object.values(workflow.jobs)[0]?.steps.flatMap((step) => step.with?.['role-to-assume'] ?? [])).toHaveLength(1);
    expect(text).not.toMatch(/secrets\.|access-key/u);
  });

  it('the trust of docs/ci.md lets one branch of one repository take the role', () => {
    const [, trust = ''] = /```json\n([^]*?)```/u.exec(read('docs/ci.md')) ?? [];
    const { Statement: [statement, ...others] } = JSON.parse(trust) as { readonly Statement: readonly { readonly Action: string; readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>> }[] };
    expect([others, statement?.Action, Object.keys(statement?.Condition ?? {})]).toEqual([[], 'sts:AssumeRoleWithWebIdentity', ['StringEquals']]);
    const issuer = 'token.actions.githubusercontent.com';
    expect(statement?.Condition['StringEquals']).toEqual({ [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: 'repo:OWNER/REPOSITORY:ref:refs/heads/main' });
  });

  it.each(['docs/ci.md', 'docs/expectations.md'])('%s shows commands that are there', (path) => {
    expect(wrongCommands([...read(path).matchAll(/```\n([^]*?)```/gu)].map(([, block]) => block).join('\n'), 3)).toEqual([]);
  });

  it('docs/ci.md has every input and output', () => {
    for (const name of [...Object.keys(action.inputs), ...Object.keys(action.outputs)]) expect(read('docs/ci.md'), name).toContain(`\`${name}\``);
  });

  it('a command line that is wrong is found', () => {
    expect(wrongCommands('  ssmlab verfy\n')).toHaveLength(1);
    expect(wrongCommands('  ssmlab verify --exspect f\n')).toEqual(['verify has no --exspect']);
    expect(wrongCommands('  ssmlab verify --only both\n')).toEqual(['--only of verify takes no both']);
    expect(wrongCommands('args=(--nope)\nssmlab verify "${args[@]}" || true\n')).toEqual(['verify has no --nope']);
    expect(wrongCommands('  ssmlab status now\n')).toHaveLength(1);
    expect(wrongCommands('', 1)).toHaveLength(1);
  });
});

describe('the policies of docs/examples', () => {
  interface Statement { readonly Sid: string; readonly Action: string | readonly string[]; readonly Resource: string | readonly string[] }
  const statements = (name: string) => (JSON.parse(read(`docs/examples/${name}`)) as { readonly Statement: readonly Statement[] }).Statement;
  const actions = (name: string) => statements(name).flatMap(({ Action }) => Action);

  it('fit into managed policies and hold no wildcard but for reading', () => {
    for (const name of ['verify-policy.json', 'deploy-policy.json']) {
      expect(read(`docs/examples/${name}`).replaceAll(/\s/gu, '').length).toBeLessThan(6144);
      expect(actions(name).filter((action_) => action_.includes('*') && !/:(?:Describe|Get|List)\*$/u.test(action_))).toEqual([]);
    }
  });

  it('let verify read what a snapshot is made of: each action that the program says it needs', () => {
    const folder = join(root, 'src/lib/inventory');
    const sources = [...readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join('src/lib/inventory', name)), 'src/lib/aws/ec2-network.ts', 'src/lib/aws/iam.ts'];
    const needed = new Set(sources.flatMap((path) => [...read(path).matchAll(/'((?:ec2|iam|ssm):[A-Z][A-Za-z]+)'/gu)].map(([, name]) => name ?? '')));
    expect(needed.size).toBeGreaterThan(15);
    expect([...needed].filter((name) => !actions('verify-policy.json').includes(name))).toEqual([]);
  });
});
