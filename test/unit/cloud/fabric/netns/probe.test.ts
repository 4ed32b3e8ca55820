import { describe, expect, it } from 'vitest';
import { STEPS } from '../../../../../src/cloud/fabric/netns/probe-checks.js';
import { probeNamespaces, type ProbeOptions, type RunScript } from '../../../../../src/cloud/fabric/netns/probe.js';
import { probe as probeMachine } from '../../../../../src/cloud/probe.js';

const noSetting = (): Promise<undefined> => Promise.resolve(undefined);
const tried = (options: Partial<ProbeOptions>): ReturnType<typeof probeNamespaces> =>
  probeNamespaces({ platform: 'linux', machine: { script: '', missing: [] }, setting: noSetting, uids: noSetting, ...options });

/** A machine on which everything works but what is named here, with what was said. */
function machine(broken: Readonly<Record<string, string>>): RunScript {
  return (argv) => {
    const names = argv[0] === 'unshare' ? Object.keys(STEPS) : ['pdeathsig', ...(argv[2] ?? '').split(' ').map((program) => `program.${program}`)];
    if (argv[0] === 'unshare' && broken['namespaces'] !== undefined) return Promise.resolve(`namespaces\tno\t${broken['namespaces']}\n`);
    return Promise.resolve(names.map((name) => (broken[name] === undefined ? `${name}\tyes\t/somewhere\n` : `${name}\tno\t${broken[name]}\n`)).join(''));
  };
}

describe('the probe of the netns fabric', () => {
  it('says yes where everything works', async () => {
    const probe = await tried({ run: machine({}) });
    expect(probe.usable).toBe(true);
    expect(probe.reason).toBeUndefined();
    expect(probe.checks.every(({ ok, fix }) => ok && fix === undefined)).toBe(true);
  });

  it('goes without what is only a nicety', async () => {
    const probe = await tried({ run: machine({ 'netem': 'unknown qdisc', 'program.tcpdump': '' }) });
    expect(probe.usable).toBe(true);
    expect(probe.checks.filter(({ ok }) => !ok).map(({ name, needed }) => [name, needed])).toEqual([['program.tcpdump', false], ['netem', false]]);
  });

  it('names the programs that are missing, and their packages, in one line', async () => {
    const { usable, reason } = await tried({ run: machine({ 'program.nft': '', 'program.ping': '', 'nft': 'not found' }) });
    expect(usable).toBe(false);
    expect(reason).toBe('nft, ping are missing: sudo apt-get install nftables iputils-ping');
  });

  it.each([
    ['/proc/sys/user/max_user_namespaces', '0', 'user.max_user_namespaces=15000'],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0\n', 'kernel.unprivileged_userns_clone=1'],
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1\n', 'apparmor_restrict_unprivileged_userns=0'],
    ['/none', '', '--security-opt seccomp=unconfined'],
  ])('knows what to do when user namespaces are refused by %s', async (file, value, fix) => {
    const setting = (asked: string): Promise<string | undefined> => Promise.resolve(asked === file ? value : undefined);
    const { usable, reason, checks } = await tried({ run: machine({ namespaces: 'unshare: unshare failed: No space left on device' }), setting });
    expect(usable).toBe(false);
    expect(reason).toContain('unshare failed: No space left on device');
    expect(reason).toContain(fix);
    // What was not reached is not reported as tried.
    expect(checks.at(-1)?.name).toBe('namespaces');
  });

  it('knows a chroot by what is mounted at its root', async () => {
    const mounts = async (text: string): Promise<string | undefined> =>
      (await tried({ run: machine({ namespaces: 'unshare: unshare failed: Operation not permitted' }), setting: (file) => Promise.resolve(file === '/proc/self/mountinfo' ? text : undefined) })).reason;
    expect(await mounts('36 35 98:0 / /proc rw - proc proc rw\n')).toContain('this is a chroot');
    expect(await mounts('35 1 98:0 / / rw - ext4 /dev/vda rw\n36 35 98:0 / /proc rw - proc proc rw\n')).toContain('in a container');
  });

  it('names programs that only instances need as any other', async () => {
    const { usable, reason } = await tried({ run: machine({}), machine: { script: '', missing: [{ program: 'xargs', packageName: 'findutils' }, { program: 'mount', packageName: 'util-linux' }] } });
    expect(usable).toBe(false);
    expect(reason).toBe('xargs is missing: sudo apt-get install findutils');
  });

  it('says when root cannot give uids to instances', async () => {
    const { reason } = await tried({ run: machine({}), uids: () => Promise.resolve('EPERM: operation not permitted, write') });
    expect(reason).toMatch(/^uids for users of instances: EPERM.*; root needs the capabilities SETUID/u);
  });

  it('takes a machine whose root file system cannot be made for a no', async () => {
    const { reason } = await tried({ run: machine({ machine: 'mount: /tmp/usr: permission denied.' }) });
    expect(reason).toMatch(/^the root file system of an instance: mount: \/tmp\/usr: permission denied/u);
  });

  it('blames no kernel for what a busy machine did not get to', async () => {
    const whole = machine({});
    const late: RunScript = async (argv, script) => {
      const text = await whole(argv, script);
      return argv[0] === 'unshare' ? `${text?.split('\n').filter((line) => !line.startsWith('nft')).join('\n')}late\tno\t\n` : text;
    };
    const { usable, reason, checks } = await tried({ run: late });
    expect(usable).toBe(false);
    expect(reason).toBe('packet filters: not reached within 20 s: this machine is busy; try again when it is not');
    expect(checks.find(({ name }) => name === 'veth')?.ok).toBe(true);
  });

  it('names the first step that the kernel refuses, and what to do', async () => {
    const { reason } = await tried({ run: machine({ 'mount.proc': 'mount: permission denied' }) });
    expect(reason).toBe('a process tree of its own: mount: permission denied; a container hides parts of /proc: start it with --security-opt systempaths=unconfined');
  });

  it('takes a probe that never answered for a no', async () => {
    const { usable, reason } = await tried({ run: (argv, script) => (argv[0] === 'unshare' ? Promise.resolve(undefined) : machine({})(argv, script)) });
    expect(usable).toBe(false);
    expect(reason).toContain('user namespaces: refused');
  });

  it('tries nothing on another system', async () => {
    const run: RunScript = () => Promise.reject(new Error('tried'));
    expect(await tried({ platform: 'darwin', run })).toMatchObject({ usable: false, reason: 'this is darwin; network namespaces are a part of Linux' });
  });

  it.runIf(process.platform === 'linux')('really tries, and leaves a reason exactly when it is a no', async () => {
    const probe = await probeMachine();
    // On any Linux this holds one way or the other, and the reason is there exactly when it is a no.
    expect(probe.usable).toBe(probe.reason === undefined);
    expect(probe.checks.find(({ name }) => name === 'program.bash')?.detail).toMatch(/bash$/u);
  });
});
