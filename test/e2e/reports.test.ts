/** `verify --report` and `diagram` on a deployed lab, whole and broken: the files are what the screen says, and what GitHub Actions gets. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from '../../src/lib/report/diagram/scene.js';
import type { VerifyReport } from '../../src/lib/verify/claim.js';
import { everyElement, parseXml } from '../unit/lib/report/xml.js';
import { Browser, browserProgram } from './browser.js';
import { exportsOf, Home } from './program.js';

const hasAws = spawnSync('aws', ['--version']).status === 0;
const SCRIPT = '<script>window.owned = 1</script>##[error]owned';

describe('reports', { timeout: 180_000 }, () => {
  const home = new Home('computed');
  const at = (name: string): string => join(home.folder, name);
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const aws = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync('aws', [...args, '--output', 'text'], { env: { ...home.environment, ...exportsOf(home), AWS_PAGER: '' }, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout.trim();
  };
  beforeAll(() => {
    const run = home.run(['deploy', '--yes']);
    expect(run.status, run.stderr).toBe(0);
  }, 120_000);
  afterAll(() => home.remove());

  it('of the lab as it is meant say that all holds, in every format, and agree', () => {
    const run = home.run(['verify', '--report', 'junit=a.xml,html=a.html', '--report', 'md=a.md,json=a.json']);
    expect(run.status, run.stdout + run.stderr).toBe(0);
    const report = JSON.parse(read('a.json')) as VerifyReport;
    expect(report).toMatchObject({ version: 1, verdict: 'pass', fabric: 'computed', stack: 'ssmlab' });
    const suites = parseXml(read('a.xml'));
    expect(suites.attributes).toMatchObject({ tests: String(report.claims.length), failures: '0', errors: '0' });
    expect(everyElement(suites).filter(({ name }) => name === 'testcase')).toHaveLength(report.claims.length);
    const summary = `${report.claims.length} claims hold. The lab is as it should be.`;
    expect(run.stdout).toContain(summary);
    expect(read('a.html')).toContain(`${summary}</h1>`);
    expect(read('a.md')).toContain(`\n${summary}\n`);
    expect(read('a.md')).toContain('```mermaid\nflowchart LR\n');
    expect(read('a.html')).toContain('4 ways in are open, as the configuration predicts');
    expect(readdirSync(home.folder).filter((name) => name.startsWith('a.')).toSorted()).toEqual(['a.html', 'a.json', 'a.md', 'a.xml']);
  });

  it('on stdout leave the screen to stderr', () => {
    const run = home.run(['verify', '--only', 'predicted', '--report', 'json=-']);
    expect((JSON.parse(run.stdout) as VerifyReport).verdict).toBe('pass');
    expect(run.stderr).toContain('claims hold.');
  });

  it('of the drawing are the same by any format, also from a snapshot\'s file without the lab', () => {
    const text = home.run(['diagram', '--snapshot', 'lab.json']);
    expect(text.status, text.stderr).toBe(0);
    expect(text.stdout).toContain('4 ways in are open');
    const again = home.run(['diagram', '--snapshot', 'lab.json'], { environment: { SSMLAB_HOME: at('empty') } });
    expect(again.stdout).toBe(text.stdout);
    expect(home.run(['diagram', '--ascii', '--snapshot', 'lab.json']).stdout).toMatch(/^[\n -~]*$/u);
    const svg = parseXml(home.run(['diagram', '--format', 'svg', '--snapshot', 'lab.json']).stdout.trim());
    expect(everyElement(svg).filter(({ name, attributes }) => name === 'circle' && attributes['class'] === 'f-open')).toHaveLength(5);
    expect(home.run(['diagram', '--format', 'mermaid', '--snapshot', 'lab.json']).stdout).toMatch(/^flowchart LR\n/u);
    const run = home.run(['diagram', '--json', '--snapshot', 'lab.json']);
    expect((JSON.parse(run.stdout) as Scene).vpcs.map((vpc) => vpc.name)).toEqual(['VPC1', 'VPC2']);
  });

  it.each([
    [['--report', 'xml=a'], '--report knows no format "xml"'],
    [['--report', 'junit=no/such/a.xml'], 'the junit report no/such/a.xml cannot be written: its folder no/such is not there'],
    [['--report', 'html=.'], 'the html report . cannot be written: it is a folder'],
    [['--report', 'md=-', '--json'], '--json and --report md=- both want stdout'],
  ])('%j is an error of usage, before anything is done', (flags, message) => {
    const run = home.run(['verify', ...flags]);
    expect(run.status).toBe(2);
    expect(run.stdout + run.stderr).toContain(message);
    expect(run.stderr).not.toContain('Verifying');
  });

  it('say the error when verify ends with one, and so does GitHub Actions', () => {
    const run = home.run(['verify', '--stack', 'other', '--report', 'junit=e.xml,html=e.html,md=e.md,json=e.json'], { environment: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('e-summary.md') } });
    expect(run.status).toBe(3);
    expect(JSON.parse(read('e.json'))).toMatchObject({ error: { code: 'no-lab', message: expect.stringContaining('"other"') as string } });
    expect(everyElement(parseXml(read('e.xml'))).find(({ name }) => name === 'error')?.attributes['type']).toBe('no-lab');
    expect(read('e.html')).toContain('It could not be judged.');
    expect(read('e.md')).toBe(read('e-summary.md'));
    expect(run.stderr).toMatch(/^::error title=ssmlab verify could not judge::no stack "other"/mu);
  });

  describe.skipIf(!hasAws)(`broken${hasAws ? '' : ' (no aws on PATH)'}`, () => {
    beforeAll(() => {
      const group = (name: string): string => aws('ec2', 'describe-security-groups', '--filters', `Name=tag:Name,Values=${name}`, '--query', 'SecurityGroups[0].GroupId');
      aws('ec2', 'create-tags', '--resources', home.json<{ instances: { instanceId: string }[] }>('list').instances[2]?.instanceId ?? '', '--tags', JSON.stringify([{ Key: 'Name', Value: SCRIPT }]));
      aws('ec2', 'revoke-security-group-ingress', '--group-id', group('EndpointSecurityGroup'), '--protocol', 'tcp', '--port', '443', '--source-group', group('InstanceSecurityGroup3'));
    }, 120_000);

    it('once instance 4 has lost its agent\'s way', async () => {
      await expect.poll(() => aws('ssm', 'describe-instance-information', '--query', 'InstanceInformationList[?PingStatus==`Online`] | length(@)'), { timeout: 60_000, interval: 1000 }).toBe('2');
    });

    it('say what is broken, under the instance, and who is to blame; GitHub Actions has it by itself', () => {
      const run = home.run(['verify', '--report', 'junit=b.xml,html=b.html,json=b.json'], { environment: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('summary.md') } });
      expect(run.status, run.stderr).toBe(1);
      const report = JSON.parse(read('b.json')) as VerifyReport;
      const bad = report.claims.filter(({ verdict }) => verdict !== 'pass');
      expect(bad.map(({ instance }) => instance)).toEqual(bad.map(() => 4));
      const cases = everyElement(parseXml(read('b.xml')));
      expect(cases.filter(({ name }) => name === 'failure')).toHaveLength(bad.filter(({ verdict }) => verdict === 'fail').length);
      expect(cases.filter(({ name }) => name === 'error')).toHaveLength(bad.filter(({ verdict }) => verdict === 'unknown').length);
      const annotations = run.stderr.split('\n').filter((line) => line.startsWith('::'));
      expect(annotations.map((line) => /^::(error|warning) title=4 Instance4%3A /u.exec(line)?.[1])).toEqual([...bad.filter(({ verdict }) => verdict === 'fail').map(() => 'error'), ...bad.filter(({ verdict }) => verdict === 'unknown').map(() => 'warning')]);
      expect(annotations[0]).toContain('%0Ato blame: sg-');
      expect(run.stdout).not.toMatch(/^\s*::/mu);
      expect(read('summary.md')).toMatch(/^## ✘ broken: ssmlab verify\n/u);
      expect(read('summary.md')).not.toContain('<script');
      expect(existsSync(at('summary.md.tmp'))).toBe(false);
    });

    it('and every other screen are no commands to the runner', () => {
      const { stdout } = home.run(['list'], { environment: { GITHUB_ACTIONS: 'true' } });
      expect(stdout).toContain(String.raw`##\[error]owned`);
      expect(stdout).not.toContain('##[');
      const json = home.run(['list', '--json'], { environment: { GITHUB_ACTIONS: 'true' } }).stdout;
      expect(json).not.toContain('##[');
      expect((JSON.parse(json) as { instances: { name: string }[] }).instances[2]?.name).toBe(SCRIPT);
    });

    it('draw where the way is cut, and why', () => {
      const { stdout } = home.run(['diagram']);
      expect(stdout).toMatch(/✘ 4 Instance4 .* session +╌+✘┐/u);
      expect(stdout).toMatch(/sg-[0-9a-f]{17}: no ingress rule admits tcp\/443 from 10\.0\.3\.\d+/u);
      expect(stdout).toContain('3 ways in are open, 1 closed');
    });

    it.skipIf(browserProgram === undefined)('are a page whose script in a Name tag is inert, in a browser', async () => {
      const browser = new Browser(browserProgram ?? '');
      try {
        const url = pathToFileURL(at('b.html')).href;
        const { requests, complaints, values } = await browser.look(url, ['window.owned ?? null', 'document.scripts.length', 'document.body.innerText', 'document.querySelector("svg[role=img].net desc").textContent']);
        expect([requests.filter((each) => !each.startsWith('data:')), complaints]).toEqual([[url], []]);
        expect(values.slice(0, 2)).toEqual([null, 0]);
        expect(values[2]).toContain(SCRIPT);
        expect(values[2]).toContain('to blame: sg-');
        expect(values[3]).toContain(`3 ${SCRIPT}: Session Manager: open, through NAT gateway nat-`);
      } finally {
        await browser.close();
      }
    });
  });
});
