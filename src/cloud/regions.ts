/** The composition: every part of the local cloud made once and put together; regions begin to live when first spoken of. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createCloudFormation } from './cloudformation/cloudformation.js';
import { type DataPlaneOptions, startDataPlane } from './data-plane.js';
import { authorize } from './endpoint/authorize.js';
import { createEndpoint } from './endpoint/endpoint.js';
import { isLoopbackHost } from './endpoint/host.js';
import type { Caller, OperationContext, Origin, Service } from './endpoint/operation.js';
import { authenticate } from './endpoint/verify.js';
import { CHECKIP_NAME, checkipHost } from './fabric/checkip.js';
import { startUplink } from './fabric/uplink/uplink.js';
import { createMetadataService } from './guest/imds/imds.js';
import { createKeyRing } from './keys/key-ring.js';
import { createRegionCipher } from './keys/region-cipher.js';
import { createMessageService } from './messages/messages.js';
import { EC2_INSTANCE_ROLE, type RegionRuntime } from './region.js';
import { CommandDelivery } from './run-command.js';
import { RunningRegion } from './running-region.js';
import type { RegionSecrets } from './secrets.js';
import { serviceHosts, serviceNames } from './service-hosts.js';
import { account } from './services/account/account.js';
import { ec2, instanceInitiated } from './services/ec2/ec2.js';
import { ec2InstanceConnect } from './services/ec2-instance-connect/ec2-instance-connect.js';
import { iam, roleIdOf, userKeys } from './services/iam/iam.js';
import { kms } from './services/kms/kms.js';
import { endSession, endSessionsOfBefore, ssm } from './services/ssm/index.js';
import { createObjectFiles, createS3, namedFiles } from './services/s3/s3.js';
import { logs } from './services/logs/logs.js';
import { pricing } from './services/pricing/pricing.js';
import { createScheduler } from './services/scheduler/scheduler.js';
import { serviceQuotas } from './services/service-quotas/service-quotas.js';
import { sso } from './services/sso/sso.js';
import { ssoOidc } from './services/sso/sso-oidc.js';
import { ssmlab } from './services/ssmlab/ssmlab.js';
import { sts } from './services/sts/sts.js';
import type { Memory } from './state/memory.js';
import { createCertificateAuthority } from './tls/certificate-authority.js';

/** How long DescribeStacks waits for a stack that is coming to rest, milliseconds: what the lab takes on a calm machine, and short enough for whoever watches it come up. */
const STACK_PATIENCE = 800;

/** Scope of services that have no region. */
export const GLOBAL = 'aws-global';

export interface RegionsOptions {
  readonly memory: Memory;
  readonly secrets: RegionSecrets;
  readonly endpointUrl: string;
  readonly uplinkPort: number | undefined;
  /** Where the bytes of S3's objects are. */
  readonly objectFolder: string;
  readonly dataPlane: Omit<DataPlaneOptions, 'certificateAuthority' | 'log' | 'onHeld'>;
  readonly log: (line: string) => void;
}

export interface LocalCloud {
  readonly fabric: 'computed' | 'netns';
  /** Why it is not the one that was chosen. */
  readonly fabricNote: string | undefined;
  readonly uplinkPort: number;
  /** Why nothing new comes about in the network; undefined while it does. */
  readonly held: () => string | undefined;
  /** The dispatch tables of AWS's services; the endpoint has one more, of ours. */
  readonly services: readonly Service[];
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  stop(): Promise<void>;
}

/** Starts what all regions share, and every region that has records. */
export async function startRegions(options: RegionsOptions): Promise<LocalCloud> {
  const { memory, secrets, log } = options;
  const now = Date.now;
  const globalState = memory.scope(GLOBAL);
  const living = new Map<string, Promise<{ readonly region: RunningRegion; readonly services: ReturnType<typeof serviceHosts> }>>();
  let held: string | undefined;
  const authority = await createCertificateAuthority(secrets.certificateAuthority);
  const { fabric, guests, note } = await startDataPlane({ ...options.dataPlane, certificateAuthority: authority.certificatePem, log, onHeld });
  const keys = createKeyRing({ accountId: secrets.accountId, lab: secrets.lab, now, roleIdOf: (roleName) => (roleName === EC2_INSTANCE_ROLE ? `${secrets.accountId}:${roleName}` : roleIdOf(globalState, roleName)), ...userKeys(globalState) });
  // The way by which a request to the message service came, then that of its caller.
  const origins = new WeakMap<object, Origin>();
  const commands = new Map<string, CommandDelivery>();
  const messages = createMessageService({
    log,
    now,
    streamBaseUrl: () => options.endpointUrl.replace(/^http/, 'ws'),
    authenticate: (request, body) => {
      const { method = 'GET', url: path = '/', headers } = request;
      const signed = authenticate({ method, path, headers, body }, { keys, now: now(), protocol: 'json', service: 'ssmmessages' });
      origins.set(signed.caller, origins.get(request) ?? { kind: 'loopback' });
      return signed;
    },
    authorize: (caller, action, resource) => {
      const region = resource.split(':')[3] ?? '';
      authorize(caller, action, resource, { globalState, state: memory.scope(region), region, origin: origins.get(caller) ?? { kind: 'loopback' }, protocol: 'json', now: now() });
    },
    onSessionEnd: (region, sessionId) => endSession(memory.scope(region), sessionId, now()),
    onConnectionChange: (region, instanceId) => commands.get(region)?.connectionChanged(instanceId),
    onJobAck: (region, instanceId, ack) => commands.get(region)?.acknowledged(instanceId, ack),
    onJobReply: (region, instanceId, reply) => commands.get(region)?.replied(instanceId, reply),
  });
  const runtime: RegionRuntime = { fabric, messages, keys, cipher: createRegionCipher(secrets.rootKey), endpointUrl: options.endpointUrl, pace: 1 };

  const objectFiles = createObjectFiles(options.objectFolder);
  objectFiles.sweep(namedFiles(globalState));
  /** What services do by themselves, or in somebody's name, who needs permission for it. */
  const inTheNameOf = (region: string, caller?: Caller): OperationContext => endpoint.internalContext(region, caller === undefined ? {} : { caller, judged: true });
  const cloudFormation = createCloudFormation({ contextFor: inTheNameOf, log, now, patience: STACK_PATIENCE });
  const scheduler = createScheduler({ contextFor: inTheNameOf, log, now });
  const services = [ec2, ec2InstanceConnect, kms, logs, ssm, iam, sts, sso, ssoOidc, account, serviceQuotas, scheduler.service, pricing, createS3(objectFiles), cloudFormation.service];
  const endpoint = createEndpoint({
    services: [...services, ssmlab],
    keys,
    stateFor: (region) => {
      void awaken(region);
      return memory.scope(region);
    },
    globalState,
    runtime,
    log,
    now,
  });

  const onRequest = (request: IncomingMessage, response: ServerResponse, origin?: Origin): void => {
    if (origin !== undefined) origins.set(request, origin);
    if (!messages.handleRequest(request, response)) void endpoint.handle(request, response, origin);
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, origin?: Origin): void => {
    const allowed = origin?.kind === 'fabric' || isLoopbackHost(request.headers.host);
    if (origin !== undefined) origins.set(request, origin);
    if (!allowed || !messages.handleUpgrade(request, socket, head)) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  };

  /** Whose agents get no new connection is not connected, and is again when they do. */
  function onHeld(why: string | undefined): void {
    held = why;
    log(why ?? 'the network answers again');
    for (const starting of living.values()) void starting.then(({ region }) => region.proveSoon(), () => undefined);
  }

  /** A machine without power answers no one: who was on it is told by the service. */
  function endSessionsOn(region: string, instanceId: string): void {
    for (const { sessionId, target } of messages.listSessions(region)) if (target === instanceId) messages.terminateSession(region, sessionId);
  }

  /** A region lives from the first word about it: hosts of its services, its network, its instances, its stacks. */
  function awaken(name: string): Promise<unknown> {
    const awake = living.get(name);
    if (awake !== undefined) return awake;
    const index = living.size;
    const starting = (async () => {
      const state = memory.scope(name);
      endSessionsOfBefore(state, now());
      const region = new RunningRegion({ region: name, state, globalState, fabric, guests, caCertificate: authority.certificatePem, dropChannel: (instanceId) => messages.dropChannel(name, instanceId), onPower: (instanceId, request) => instanceInitiated(endpoint.internalContext(name), instanceId, request), onDown: (instanceId) => endSessionsOn(name, instanceId), log });
      const certificate = await authority.issue([...serviceNames(name), CHECKIP_NAME]);
      const services = serviceHosts({ region: name, index, certificate, onRequest, onUpgrade, log });
      await fabric.serve(name, [...services.hosts, checkipHost({ addresses: [`198.19.${index}.200`], certificate })]);
      await fabric.serveMetadata(name, createMetadataService({
        lookup: (networkInterfaceId) => region.metadataAt(networkInterfaceId),
        credentials: (roleName, instanceId) => keys.issueRoleCredentials(roleName, instanceId, { instanceId }),
        now,
      }));
      await region.start();
      commands.set(name, new CommandDelivery({ state, isConnected: (instanceId) => messages.isConnected(name, instanceId), send: (job) => messages.sendJob(name, job.instanceId, job), now }));
      cloudFormation.resume(name);
      scheduler.resume(name);
      return { region, services };
    })();
    living.set(name, starting);
    starting.catch((error: unknown) => log(`${name} did not start: ${(error as Error).stack ?? String(error)}`));
    return starting;
  }

  await Promise.all(memory.scopes().filter((scope) => scope !== GLOBAL).map(awaken));
  const uplink = await startUplink({ fabric, region: 'ap-northeast-1', port: options.uplinkPort, ...secrets.uplink, log });
  return {
    fabric: fabric.kind,
    fabricNote: note,
    uplinkPort: uplink.port,
    held: () => held,
    services,
    onRequest,
    onUpgrade,
    stop: async () => {
      scheduler.stop();
      cloudFormation.stop();
      for (const delivery of commands.values()) delivery.stop();
      await uplink.close();
      for (const starting of living.values()) {
        const { region, services } = await starting;
        await region.stop();
        services.close();
      }
      messages.close();
      await fabric.close();
    },
  };
}
