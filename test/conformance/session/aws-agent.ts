/**
 * AWS's amazon-ssm-agent, where it is on PATH, against a region of the tests: as an unprivileged user in namespaces of its
 * own, so that it sees neither the machine's files nor its network. Its only way out is a unix socket to the region's TLS.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { INSTANCE, REGION, type SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';

const PROGRAM = 'amazon-ssm-agent';

/** An unprivileged user's namespaces, also where the tests run as root. */
const CONFINED = [...(process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : []), 'unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'];

/** The folder that the agent's programs are in, or why it cannot be run here. */
export function agentOnPath(): { readonly folder: string } | { readonly missing: string } {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, PROGRAM)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) return { missing: `${PROGRAM} is not on PATH` };
  const [program = '', ...rest] = CONFINED;
  if (spawnSync(program, [...rest, 'true']).status !== 0) return { missing: 'no user namespaces here to confine it in' };
  return { folder: dirname(realpathSync(found)) };
}

/** What listens inside, for port sessions: says back what it hears, and the end too. */
export const ECHO_PORT = 7007;

/** Carries every connection to 127.0.0.1:443 of the namespace to the socket outside. */
const RELAY = `const net = require('node:net');
net.createServer((inner) => {
  const outer = net.connect('/run/region/socket');
  inner.on('error', () => outer.destroy()).pipe(outer).on('error', () => inner.destroy()).pipe(inner);
}).listen(443, '127.0.0.1');
net.createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket)).listen(${ECHO_PORT}, '127.0.0.1');`;

/** A root of its own in memory: the system's programs and nothing else of the machine. */
const script = (programs: string, shared: string) => `set -e
n=/mnt
mount -t tmpfs tmpfs $n
mkdir -p $n/usr $n/etc/amazon/ssm $n/var/lib/amazon/ssm $n/var/log/amazon/ssm $n/tmp $n/run/region $n/proc $n/dev/pts $n/root $n/opt/agent
for link in bin sbin lib lib64; do [ -e /$link ] && ln -s usr/$link $n/$link; done
mount --rbind /usr $n/usr
mount -t proc proc $n/proc
mount -t devpts devpts $n/dev/pts -o newinstance,ptmxmode=0666
ln -s pts/ptmx $n/dev/ptmx
for device in null zero random urandom; do touch $n/dev/$device; mount --bind /dev/$device $n/dev/$device; done
cp '${programs}'/amazon-ssm-agent '${programs}'/ssm-*-worker $n/opt/agent/
mount --bind '${shared}' $n/run/region
cp '${shared}/amazon-ssm-agent.json' $n/etc/amazon/ssm/
printf 'root:x:0:0:root:/root:/bin/sh\\nssm-user:x:0:0::/root:/bin/sh\\n' > $n/etc/passwd
printf 'root:x:0:\\n' > $n/etc/group
printf '127.0.0.1 localhost ssm.${REGION}.amazonaws.com ssmmessages.${REGION}.amazonaws.com ec2messages.${REGION}.amazonaws.com kms.${REGION}.amazonaws.com\\n' > $n/etc/hosts
ip link set lo up
exec chroot $n /bin/sh -c '${process.execPath} /run/region/relay.cjs & cd /opt/agent; exec /opt/agent/${PROGRAM}'`;

export interface AwsAgent {
  /** What it printed. */
  readonly output: () => string;
  /** Bytes that it has sent to the region, of TLS. */
  readonly sent: () => number;
  /** Cuts its connections. */
  cut(): void;
  stop(): Promise<void>;
}

/** Starts it as {@link INSTANCE}, with credentials of the instance's role. */
export async function startAwsAgent(region: SmallRegion, programs: string): Promise<AwsAgent> {
  const shared = mkdtempSync(join(tmpdir(), 'ssmlab-agent-'));
  chmodSync(shared, 0o777);
  const connections = new Set<Socket>();
  let sent = 0;
  const bridge: Server = createServer((inner) => {
    connections.add(inner);
    inner.on('data', (bytes: Buffer) => (sent += bytes.length));
    inner.once('close', () => connections.delete(inner));
    const outer = connect(region.tlsPort, '127.0.0.1');
    inner.on('error', () => undefined).once('close', () => outer.destroy()).pipe(outer).on('error', () => inner.destroy()).pipe(inner);
  });
  await new Promise<void>((resolve) => bridge.listen(join(shared, 'socket'), resolve));
  chmodSync(join(shared, 'socket'), 0o777);
  writeFileSync(join(shared, 'relay.cjs'), RELAY);
  writeFileSync(join(shared, 'ca.pem'), region.caCertificate);
  writeFileSync(join(shared, 'amazon-ssm-agent.json'), JSON.stringify({
    Agent: { Region: REGION, ContainerMode: true },
    Identity: { ConsumptionOrder: ['CustomIdentity'], CustomIdentities: [{ InstanceID: INSTANCE, Region: REGION, CredentialsProvider: 'DEFAULT' }] },
    Mgs: { Region: REGION, Endpoint: `https://ssmmessages.${REGION}.amazonaws.com` },
    Ssm: { Endpoint: `https://ssm.${REGION}.amazonaws.com` },
    Mds: { Endpoint: `https://ec2messages.${REGION}.amazonaws.com` },
  }));
  const credentials = region.roleCredentials();
  const [program = '', ...rest] = CONFINED;
  const child: ChildProcess = spawn(program, [...rest, '/bin/sh', '-c', script(programs, shared)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', SSL_CERT_FILE: '/run/region/ca.pem', AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey, AWS_SESSION_TOKEN: credentials.sessionToken,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    output: () => output,
    sent: () => sent,
    cut: () => {
      for (const connection of connections) connection.destroy();
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      bridge.close();
      rmSync(shared, { recursive: true, force: true });
    },
  };
}
