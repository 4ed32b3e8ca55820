import { describe, expect, it } from 'vitest';
import { drawnStep, explainStep, healStep, nextSteps, stepsInto } from '../../../src/cli/next-steps.js';
import type { Claim, Verdict } from '../../../src/lib/verify/claim.js';

const LOCAL = { target: 'local', stack: 'ssmlab' } as const;
const AWS = { target: 'aws', region: 'eu-central-1', profile: 'sand box', stack: 'second' } as const;

describe('what comes next', () => {
  it('names the lab in every line but those of no lab', () => {
    expect(nextSteps(['start', 'verify', 'help'], { lab: AWS, program: 'ssmlab', environment: {} }).split('\n')).toEqual([
      '', 'Next',
      expect.stringMatching(/^ {2}ssmlab local start {2,}bring/u),
      expect.stringMatching(/^ {2}ssmlab verify --target aws --profile 'sand box' --region eu-central-1 --stack second {3}what/u),
      expect.stringMatching(/^ {2}ssmlab --help {2,}every/u),
    ]);
  });

  it('explains on a line of its own where there is no room beside', () => {
    const lines = nextSteps(['verify', 'destroy'], { lab: AWS, width: 100, program: 'ssmlab', environment: {} }).split('\n');
    expect(lines.slice(2)).toEqual([
      '  ssmlab verify --target aws --profile \'sand box\' --region eu-central-1 --stack second', '      what each instance can reach, run on the instances',
      '  ssmlab destroy --target aws --profile \'sand box\' --region eu-central-1 --stack second', '      remove the lab and leave nothing behind',
    ]);
  });

  it('of the lab fits 80 columns', () => {
    const lines = nextSteps(['verify', 'connect', 'isolated', 'pick', 'destroy', 'list', 'status', 'start'], { lab: LOCAL, width: 80, program: 'npx ssmlab', environment: {} }).split('\n');
    expect(lines).toHaveLength(10);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('offers the numbers of the lab only where they are', () => {
    const numbered = (...numbers: (number | null)[]) => numbers.map((labNumber) => ({ labNumber }));
    expect(stepsInto(numbered(1, 2, 3, 4))).toEqual(['connect', 'isolated']);
    expect(stepsInto(numbered(null, null))).toEqual(['pick']);
    expect(stepsInto([])).toEqual([]);
  });

  it('heals where something drifted, with who may open SSH as it was given', () => {
    expect(healStep(false, { 'ssh-from': '9.9.9.9/32' })).toEqual([]);
    const lines = nextSteps([...healStep(true, { 'ssh-from': '9.9.9.9/32', 'role-arn': undefined }), 'list'], { lab: AWS, program: 'ssmlab', environment: {} }).split('\n');
    expect(lines[2]).toMatch(/^ {2}ssmlab deploy --heal --ssh-from 9\.9\.9\.9\/32 --target aws --profile 'sand box' --region eu-central-1 --stack second {3}put back/u);
  });

  it('is of AWS what it is there: minutes, and no local cloud', () => {
    const text = (lab: typeof LOCAL | typeof AWS): string => nextSteps(['deploy', 'status'], { lab, program: 'ssmlab', environment: {} });
    expect(text(AWS)).toMatch(/deploy .* {3}the lab, in a few minutes\n.*status .* {3}the stack, its age and what it has cost$/u);
    expect(text(LOCAL)).toMatch(/deploy +the lab, in a few seconds\n.*status +the stack and the local cloud$/u);
  });

  it('explains the instance whose way in is broken before one that is broken otherwise', () => {
    const claim = (instance: number, name: Claim['claim']): Claim => ({ instance, claim: name, subject: null, declared: null, predicted: null, observed: null, verdict: 'fail', by: '', why: '', blame: null });
    const there = [1, 3].map((instance) => ({ instance }));
    expect(explainStep({ claims: [claim(1, 'inbound'), claim(3, 'way-in')] }, there)).toEqual([{ command: 'explain 3', text: 'its way in, hop by hop, and what shuts it' }]);
    // Nothing shuts it.
    expect(explainStep({ claims: [claim(1, 'inbound'), claim(3, 'ping')] }, there)).toEqual([{ command: 'explain 1', text: 'its way in, hop by hop' }]);
  });

  it('explains the first instance with a broken claim that is there, from the snapshot that was judged', () => {
    const claim = (instance: number | string, verdict: Verdict): Claim => ({ instance, claim: 'ping', subject: null, declared: null, predicted: null, observed: null, verdict, by: 'ping', why: '', blame: null });
    const claims = [claim(1, 'pass'), claim(2, 'unknown'), claim(3, 'fail'), claim('i-4', 'fail')];
    const there = (...instances: (number | string)[]) => instances.map((instance) => ({ instance }));
    expect(explainStep({ claims }, there(1, 2, 3, 'i-4')).map(({ command }) => command)).toEqual(['explain 3']);
    expect(explainStep({ claims }, there(1, 2, 'i-4'), 'be fore.json').map(({ command }) => command)).toEqual(["explain i-4 --snapshot 'be fore.json'"]);
    expect(drawnStep('be fore.json').command).toBe("diagram --snapshot 'be fore.json'");
    expect(explainStep({ claims: claims.slice(0, 2) }, there(1, 2))).toEqual([]);
    const lines = nextSteps([...explainStep({ claims }, there(3)), 'list'], { lab: AWS, program: 'npx ssmlab', environment: {} }).split('\n');
    expect(lines[2]).toMatch(/^ {2}npx ssmlab explain 3 --target aws .* {3}its way in/u);
    expect(lines[3]).toMatch(/^ {2}npx ssmlab list /u);
  });
});
