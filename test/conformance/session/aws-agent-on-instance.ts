/**
 * AWS's amazon-ssm-agent on an instance of real packets: started by root there, as on EC2, it finds the region's services by the VPC's
 * resolver and reaches them through the instance's own network. It sees what an instance sees, and its only ways out are the lab's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { InternetHost, OnConnection, Peer } from '../../../src/cloud/fabric/fabric.js';
import type { Guest } from '../../../src/cloud/guest/guest.js';
import { createNamespaceGuestHost } from '../../../src/cloud/guest/namespace/host.js';
import { INSTANCE, type SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { netnsObstacle, startNetnsFabric } from '../../unit/cloud/fabric/netns/bundled-holder.js';
import { namespacesMissing, UID_MODE } from '../../unit/cloud/guest/namespace/real-namespaces.js';
import { SPECIFICATION } from '../../unit/cloud/guest/sandbox/bundled-worker.js';
import { LAB, labModel, REGION } from '../fabric/lab-network.js';
import { ECHO_PORT, agentOnPath } from './aws-agent.js';

const PROGRAMS = '/opt/agent';
const ECHO = `require('node:net').createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket)).listen(${ECHO_PORT}, '127.0.0.1')`;

const found = agentOnPath();

/** Why it cannot be run so; undefined where it can. */
export async function onInstanceObstacle(): Promise<string | undefined> {
  if ('missing' in found) return found.missing;
  // It takes another user's uid for each shell.
  if (UID_MODE === 'single') return 'instances have one uid here';
  if (!process.execPath.startsWith('/usr/')) return `${process.execPath} is not on an instance, for the echo`;
  return namespacesMissing() ?? await netnsObstacle();
}

/** A service of the region, which leads to the small region's TLS. */
function host(service: string, index: number, onConnection: OnConnection): InternetHost {
  return { addresses: [`198.19.0.${10 + index}`], names: [`${service}.${REGION}.amazonaws.com`], serviceName: `com.amazonaws.${REGION}.${service}`, tcp: new Map([[443, onConnection]]), answersPing: false };
}

/** Runs a line as root to its end. */
async function done(guest: Guest, line: string, input?: NodeJS.ReadableStream): Promise<void> {
  const process = await guest.spawn({ user: 'root', run: { kind: 'line', line } });
  let said = '';
  for (const stream of [process.stdout, process.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  if (input === undefined) process.stdin.end();
  else await pipeline(input, process.stdin);
  const status = await process.status;
  if (status.code !== 0) throw new Error(`${line}: ${JSON.stringify(status)} ${said}`);
}

export const PLACES = ['two', 'three', 'four'] as const;

export interface AgentOnInstance {
  /** As whom the services have seen it, one for each connection. */
  readonly peers: readonly Peer[];
  readonly stop: () => Promise<void>;
}

/** Starts it as {@link INSTANCE}, at the place of one of the lab's instances. */
export async function startAgentOnInstance(region: SmallRegion, at: typeof PLACES[number]): Promise<AgentOnInstance> {
  const folder = 'folder' in found ? found.folder : '';
  const fabric = await startNetnsFabric(() => undefined, () => undefined);
  const peers: Peer[] = [];
  const toRegion: OnConnection = (inner, peer) => {
    peers.push(peer);
    const outer = connect({ port: region.tlsPort, host: '127.0.0.1', allowHalfOpen: true });
    inner.on('error', () => outer.destroy()).once('close', () => outer.destroy()).pipe(outer).on('error', () => inner.destroy()).pipe(inner);
  };
  await fabric.serve(REGION, ['ssm', 'ssmmessages', 'ec2messages', 'kms'].map((service, index) => host(service, index, toRegion)));
  await fabric.apply(labModel());
  const guest = await createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log: () => undefined, certificateAuthority: region.caCertificate })
    .boot({ ...SPECIFICATION, instanceId: INSTANCE, networkInterfaceId: LAB.eni[at], privateIp: LAB.ip[at], hostName: `ip-${LAB.ip[at].replaceAll('.', '-')}`, authorizedKeys: [] });

  const tar = spawn('tar', ['-C', folder, '-c', 'amazon-ssm-agent', 'ssm-agent-worker', 'ssm-document-worker', 'ssm-session-worker'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.all([done(guest, `mkdir -p ${PROGRAMS} && tar -C ${PROGRAMS} --no-same-owner -x`, tar.stdout), once(tar, 'close')]);
  const settings = { Agent: { Region: REGION }, Identity: { ConsumptionOrder: ['CustomIdentity'], CustomIdentities: [{ InstanceID: INSTANCE, Region: REGION, CredentialsProvider: 'DEFAULT' }] } };
  await done(guest, `mkdir -p /etc/amazon/ssm /var/lib/amazon/ssm /var/log/amazon/ssm && printf %s '${JSON.stringify(settings)}' > /etc/amazon/ssm/amazon-ssm-agent.json`);

  const { accessKeyId, secretAccessKey, sessionToken } = region.roleCredentials();
  const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken, AWS_EC2_METADATA_DISABLED: 'true' };
  for (const line of [`exec ${process.execPath} -e "${ECHO}"`, `cd ${PROGRAMS}; exec ./amazon-ssm-agent`]) {
    const running = await guest.spawn({ user: 'root', run: { kind: 'line', line }, environment });
    for (const stream of [running.stdout, running.stderr]) stream.resume();
  }
  return {
    peers,
    stop: async () => {
      await guest.stop();
      await fabric.close();
    },
  };
}
