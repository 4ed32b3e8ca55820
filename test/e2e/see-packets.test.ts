/** Looking at packets through the real program: where one ends, on each fabric. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, onEachFabric } from './program.js';

interface Traced {
  readonly by: string;
  readonly answer: string;
  readonly steps: readonly { readonly leg: string; readonly kind: string; readonly id: string | null; readonly rule: string | null; readonly verdict: string }[];
}

describe('without a local cloud', () => {
  const home = new Home();
  afterAll(() => home.remove());

  it('trace says what to do', () => {
    const { status, stderr } = home.run(['local', 'trace', '3', '8.8.8.8']);
    expect(status).toBe(3);
    expect(stderr).toContain('deploy');
  });
});

onEachFabric('packets of the lab', (fabric) => {
  const home = new Home(fabric);
  beforeAll(() => {
    const { status, stderr } = home.run(['deploy', '--yes']);
    expect(status, stderr).toBe(0);
  });
  afterAll(() => home.remove());

  it('trace says where a packet ends, and by which resource', () => {
    const { status, stdout } = home.run(['local', 'trace', '4', '8.8.8.8']);
    expect(status).toBe(1);
    expect(stdout).toContain(fabric === 'netns' ? 'by a real packet and the kernel\'s own account' : 'computed: no packet was sent');
    expect(stdout).toMatch(/^ {2}✘ route table .*rtb-[0-9a-f]{17}/mu);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^The packet ended at rtb-[0-9a-f]{17}: /u);
  });

  it('trace follows a packet there and back', () => {
    const traced = home.json<Traced>('local', 'trace', '3', '8.8.8.8');
    expect(traced.answer).toBe('echo-reply');
    expect(traced.by).toBe(fabric === 'netns' ? 'kernel' : 'computed');
    expect(traced.steps.every(({ verdict }) => verdict === 'pass')).toBe(true);
    expect([...new Set(traced.steps.map(({ leg }) => leg))]).toEqual(['forward', 'return']);
    if (fabric === 'computed') return;
    const nat = traced.steps.find(({ kind }) => kind === 'nat-gateway');
    expect(nat?.id).toMatch(/^nat-[0-9a-f]{17}$/u);
    expect(traced.steps.find(({ kind }) => kind === 'security-group')).toMatchObject({ id: expect.stringMatching(/^sg-[0-9a-f]{17}$/u) as string, rule: expect.stringMatching(/^sgr-[0-9a-f]{17}$/u) as string });
  });

  it('trace asks the instance\'s own resolver for a name', () => {
    const traced = home.json<Traced & { readonly address: string }>('local', 'trace', '4', 'ssm.ap-northeast-1.amazonaws.com:443');
    expect(traced.address).toMatch(/^10\.0\.3\./u);
    expect(traced.answer).toBe('connected');
    expect(traced.steps.some(({ kind, id }) => kind === 'vpc-endpoint' && id?.startsWith('vpce-') === true)).toBe(true);
  });

  it.each([
    [['9', '8.8.8.8'], 3, 'no instance is called "9"'],
    [['3', '8.8.8.8:99999'], 2, 'not an IPv4 address or name'],
    [['3', '8.8.8.8', '--udp'], 2, '--udp needs a port'],
    [['3', 'nobody.invalid:443'], 3, 'no address of nobody.invalid'],
  ])('trace refuses %o', (args, status, said) => {
    const run = home.run(['local', 'trace', ...args]);
    expect(run.status).toBe(status);
    expect(run.stderr).toContain(said);
  });
});
