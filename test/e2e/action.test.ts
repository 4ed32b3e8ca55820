/** action.yml, step by step as a runner does it, with target local: verdicts, outputs, files, and that the lab is gone in the end. And what docs/examples' policies allow. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { action } from '../action-file.js';
import { exportsOf, Home, root } from './program.js';

interface Done {
  /** Of the steps that were run, by name. */
  readonly statuses: Readonly<Record<string, number | null>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
  readonly summary: string;
}

/** An expression of a workflow, as far as action.yml's go: names, texts, `==`, `!=`, `&&`, `||`, `always()`. */
function evaluate(expression: string, names: Readonly<Record<string, string>>, succeeded: boolean): string {
  const term = (text: string): string => {
    const trimmed = text.trim();
    const [, left, operator, right] = /^(.*?)\s*(==|!=)\s*(.*)$/u.exec(trimmed) ?? [];
    if (left !== undefined && right !== undefined) return String((term(left) === term(right)) === (operator === '=='));
    if (trimmed === 'always()') return 'true';
    if (trimmed.startsWith("'")) return trimmed.slice(1, -1);
    if (!/^[\w.-]+$/u.test(trimmed)) throw new Error(`the test does not know the expression ${trimmed}`);
    return names[trimmed] ?? '';
  };
  const truth = (value: string): boolean => value !== '' && value !== 'false';
  const all = (text: string): string => text.split('&&').map(term).reduce((before, value) => (truth(before) ? value : before), 'true');
  const value = expression.split('||').map(all).reduce((before, one) => (truth(before) ? before : one), '');
  return expression.includes('always()') || succeeded ? value : 'false';
}

/** Runs the action as GitHub's runner does. */
function runAction(home: Home, given: Readonly<Record<string, string>>): Done {
  const temp = join(home.folder, 'runner');
  mkdirSync(temp, { recursive: true });
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary'), GITHUB_PATH: join(temp, 'path') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const names: Record<string, string> = { 'github.action_path': root, ...Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [`inputs.${name}`, given[name] ?? input.default ?? ''])) };
  const filled = (text: string, succeeded: boolean): string => text.replaceAll(/\$\{\{(.*?)\}\}/gu, (_, expression: string) => evaluate(expression, names, succeeded));
  const statuses: Record<string, number | null> = {};
  let log = '';
  let succeeded = true;
  for (const [i, step] of action.runs.steps.entries()) {
    const wanted = step.if === undefined ? succeeded : filled(step.if, succeeded) === 'true';
    if (!wanted) continue;
    const script = join(temp, `step-${i}.sh`);
    writeFileSync(script, step.run);
    const env = {
      ...home.environment, ...files, CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_TEMP: temp,
      PATH: [...readFileSync(files.GITHUB_PATH, 'utf8').split('\n').filter((line) => line !== '').toReversed(), home.environment['PATH']].join(delimiter),
      ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, true)])),
    };
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd: home.folder, env, encoding: 'utf8', timeout: 240_000 });
    statuses[step.name ?? String(i)] = status;
    log += stdout + stderr;
    succeeded &&= status === 0;
    if (step.id !== undefined) for (const [, name = '', value = ''] of readFileSync(files.GITHUB_OUTPUT, 'utf8').matchAll(/^(\w+)=(.*)$/gmu)) names[`steps.${step.id}.outputs.${name}`] = value;
  }
  return { statuses, log, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'), outputs: Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, true)])) };
}

describe('the action, on the local cloud', () => {
  const home = new Home();
  const file = (text: string): string => (writeFileSync(join(home.folder, 'f.yaml'), text), 'f.yaml');
  afterAll(() => home.remove());

  it('deploys, judges, writes its reports, and leaves nothing', () => {
    const { statuses, outputs, log, summary } = runAction(home, { report: 'junit=junit.xml,html=page.html', fabric: 'computed' });
    expect(statuses, log).toEqual({ 'Prepare ssmlab': 0, 'Deploy the lab': 0, 'Verify': 0, 'Destroy the lab': 0 });
    expect(outputs['verdict']).toBe('pass');
    expect(JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8'))).toMatchObject({ version: 1, verdict: 'pass' });
    expect(readFileSync(join(home.folder, 'junit.xml'), 'utf8')).toContain('<testsuite');
    expect(readFileSync(join(home.folder, 'page.html'), 'utf8')).toContain('<html');
    expect(summary).toContain('Instance4');
    expect(home.json('status')).toMatchObject({ localCloud: { running: false, hasState: false } });
  }, 300_000);

  it('fails a build where an expectation is broken, and destroys all the same', () => {
    const { statuses, outputs } = runAction(home, { expect: file('version: 1\ninstances: [{ select: Instance4, reach: { internet: { tcp/443: open } } }]\n') });
    expect(statuses).toEqual({ 'Prepare ssmlab': 0, 'Deploy the lab': 0, 'Verify': 1, 'Destroy the lab': 0 });
    expect(outputs['verdict']).toBe('fail');
    expect(home.json('status')).toMatchObject({ localCloud: { running: false, hasState: false } });
  }, 300_000);

  it('leaves the lab where it is asked to, judges one that is there, and says where it could not judge', () => {
    expect(runAction(home, { keep: 'true', only: 'predicted' }).statuses).toEqual({ 'Prepare ssmlab': 0, 'Deploy the lab': 0, 'Verify': 0 });
    const { statuses, outputs, log } = runAction(home, { deploy: 'false', expect: file('version: 1\ninstances: [{ select: Instance5, ssh: open }]\n') });
    expect([statuses, outputs['verdict']]).toEqual([{ 'Prepare ssmlab': 0, 'Verify': 3 }, 'error']);
    expect(log).toContain('"Instance5" matches no instance');
    expect(home.run(['destroy', '--yes']).status).toBe(0);
  }, 300_000);

  it('runs nothing that an input says', () => {
    const { statuses, outputs } = runAction(home, { deploy: 'false', expect: '$(touch run); `touch run`"; touch run; "', stack: 'a;touch run' });
    expect([statuses['Verify'] === 0, outputs['verdict'], existsSync(join(home.folder, 'run'))]).toEqual([false, 'error', false]);
  });
});

const hasAws = spawnSync('aws', ['--version']).status === 0;
describe.skipIf(!hasAws)(`the policies of docs/examples${hasAws ? '' : ' (no aws on PATH)'}`, () => {
  const home = new Home();
  let user: NodeJS.ProcessEnv = {};
  let admin: NodeJS.ProcessEnv = {};
  const aws = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('aws', [...args, '--output', 'text'], { env: admin, encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const allow = (name: string): void => {
    const arn = aws('iam', 'create-policy', '--policy-name', name, '--policy-document', `file://${join(root, 'docs/examples', `${name}.json`)}`, '--query', 'Policy.Arn');
    aws('iam', 'attach-user-policy', '--user-name', 'ci', '--policy-arn', arn);
  };
  const asUser = (...args: string[]) => home.run([...args, '--target', 'aws'], { environment: user, timeout: 180_000 });

  beforeAll(() => {
    expect(home.run(['deploy', '--yes', '--brief'], { timeout: 180_000 }).status).toBe(0);
    admin = { ...exportsOf(home), PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '' };
    aws('iam', 'create-user', '--user-name', 'ci');
    const [id = '', secret = ''] = aws('iam', 'create-access-key', '--user-name', 'ci', '--query', 'AccessKey.[AccessKeyId,SecretAccessKey]').split(/\s+/u);
    user = { AWS_ENDPOINT_URL: admin['AWS_ENDPOINT_URL'], AWS_REGION: 'ap-northeast-1', AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, SSMLAB_HOME: join(home.folder, 'users-state') };
  }, 200_000);
  afterAll(() => home.remove());

  it('without them nothing can be said', () => {
    const run = asUser('verify', '3');
    expect([run.status, run.stderr]).toEqual([3, expect.stringContaining('[access-denied]')]);
  });

  it('verify-policy.json lets everything be read and seen, and nothing be changed', () => {
    allow('verify-policy');
    // Behind a private address only sessions lead in: what is public is not on this machine's own internet.
    const run = asUser('verify', '3', '4', '--from', '198.51.100.7', '--json');
    const report = JSON.parse(run.stdout) as { readonly claims: readonly { readonly verdict: string }[] };
    expect(report.claims.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(run.status).toBe(0);
    const refused = asUser('destroy', '--yes');
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('[access-denied]')]);
    expect(home.json<{ instances: readonly object[] }>('list').instances).toHaveLength(4);
  });

  it('deploy-policy.json lets a lab be made and removed, under its names', () => {
    allow('deploy-policy');
    const made = asUser('deploy', '--yes', '--brief', '--stack', 'ssmlab-ci', '--ssh-from', '198.51.100.7/32');
    expect(made.status, made.stderr).toBe(0);
    const other = asUser('deploy', '--yes', '--brief', '--stack', 'other', '--ssh-from', '198.51.100.7/32');
    // The look before it asks IAM, and nothing is tried.
    expect([other.status, other.stderr]).toEqual([3, expect.stringMatching(/cloudformation:CreateStack[\s\S]*\[preflight-failed\]/u)]);
    const removed = asUser('destroy', '--yes', '--stack', 'ssmlab-ci');
    expect(removed.status, removed.stderr).toBe(0);
  });
});
