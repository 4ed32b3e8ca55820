/**
 * What lives in one region: its network on the fabric, its instances, and the clock that moves resources from state to
 * state. It follows the region's records: whoever changed them, and whether it was before or after a restart.
 */
import type { Fabric } from './fabric/fabric.js';
import type { GuestHost, PowerRequest } from './guest/guest.js';
import type { InstanceMetadata } from './guest/imds/imds.js';
import { Turns } from './guest/agent/turns.js';
import { RunningInstance } from './instance.js';
import { instanceMetadata } from './instance-metadata.js';
import { advance, EC2_NETWORK_TABLES, type InstanceDescription, instanceOf, instancesOf, networkModel } from './services/ec2/ec2.js';
import { CONSOLE_OUTPUT, INSTANCE, NETWORK_INTERFACE, PROFILE_ASSOCIATION } from './services/ec2/model.js';
import { pushedKeys } from './services/ec2-instance-connect/ec2-instance-connect.js';
import { forgetInstance, instanceBooted, SERVICE_SETTINGS } from './services/ssm/index.js';
import { type Change, type Store, table } from './state/store.js';
import { generateHostKeys, type HostKey } from './guest/sshd/host-keys.js';

const HOST_KEYS = table<{ readonly keys: readonly HostKey[] }>('guest/host-keys');

/** After a change of network or IAM the agents prove their way; changes that come together are proved once. */
const PROOF_DELAY_MS = 100;
/** After a round that failed comes another. */
const AGAIN_FIRST_MS = 1000;
const AGAIN_LAST_MS = 60_000;

export interface RunningRegionOptions {
  readonly region: string;
  readonly state: Store;
  readonly globalState: Store;
  readonly fabric: Fabric;
  readonly guests: GuestHost;
  readonly caCertificate: string;
  /** Closes the control channel of an instance at the message service. */
  readonly dropChannel: (instanceId: string) => void;
  /** A guest turned itself off, or asked for a new start. */
  readonly onPower: (instanceId: string, request: PowerRequest) => void;
  /** An instance lost its power: a stop, a reboot, its end. */
  readonly onDown: (instanceId: string) => void;
  readonly log: (line: string) => void;
}

export class RunningRegion {
  readonly #options: RunningRegionOptions;
  readonly #instances = new Map<string, RunningInstance>();
  readonly #turns = new Turns();
  readonly #unsubscribe: (() => void)[] = [];
  #clock: NodeJS.Timeout | undefined;
  #proof: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  /** Rounds in a row. */
  #failures = 0;
  #settling: Promise<void> = Promise.resolve();
  #dirty = false;
  #stopped = false;

  constructor(options: RunningRegionOptions) {
    this.#options = options;
  }

  /** Brings the region to what its records say: after a kill, guests come back as after a power cut. */
  async start(): Promise<void> {
    const { state, globalState } = this.#options;
    this.#unsubscribe.push(
      state.onCommit((changes) => this.#onCommit(changes)),
      globalState.onCommit((changes) => {
        if (changes.some((change) => change.table.startsWith('iam/'))) this.proveSoon();
      }),
    );
    this.#advance();
    this.#settle();
    await this.#settling;
  }

  /** Ends all of it. Never rejects: which instances did not end is logged, and the others have. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#clock);
    clearTimeout(this.#proof);
    clearTimeout(this.#again);
    await this.#settling;
    await Promise.all([...this.#instances].map(([instanceId, instance]) => instance.stop().catch((error: unknown) => {
      this.#options.log(`${this.#options.region}: ${instanceId} did not end: ${(error as Error).message}`);
    })));
  }

  /** What the metadata service tells whoever asks from this interface. */
  metadataAt(networkInterfaceId: string): InstanceMetadata | undefined {
    const { state, globalState } = this.#options;
    const instanceId = state.get(NETWORK_INTERFACE, networkInterfaceId)?.attachment?.instanceId;
    const instance = instanceId === undefined ? undefined : instanceOf(state, instanceId);
    return instance === undefined ? undefined : instanceMetadata(instance, globalState);
  }

  #onCommit(changes: readonly Change[]): void {
    // Which role Default Host Management lends is a matter of agents too.
    if (changes.some((change) => change.table === SERVICE_SETTINGS.name)) this.proveSoon();
    if (!changes.some((change) => change.table.startsWith('ec2/'))) return;
    // Not within the commit: the clock's own moves are transactions too.
    setImmediate(() => this.#advance());
    if (changes.some((change) => EC2_NETWORK_TABLES.has(change.table))) this.#settle();
    // Which role an instance has is no matter of the network, but of its agent's.
    else if (changes.some((change) => change.table === PROFILE_ASSOCIATION.name)) this.proveSoon();
  }

  /** Moves what is due, and sets the clock to the next due moment. */
  #advance(): void {
    if (this.#stopped) return;
    clearTimeout(this.#clock);
    const now = Date.now();
    const next = advance(this.#options.state, now);
    if (next !== undefined) this.#clock = setTimeout(() => this.#advance(), Math.min(Math.max(next - now, 1), 2 ** 31 - 1));
  }

  /** Puts the network on the fabric and the instances in their state; changes during a round make another round. */
  #settle(): void {
    if (this.#dirty || this.#stopped) return;
    this.#dirty = true;
    this.#settling = this.#round(this.#settling);
  }

  async #round(before: Promise<void>): Promise<void> {
    await before;
    await new Promise((resolve) => setImmediate(resolve));
    this.#dirty = false;
    try {
      // Of one moment: an instance that came since then has no network yet, and is of the round after this.
      const described = instancesOf(this.#options.state);
      await this.#options.fabric.apply(networkModel(this.#options.state, this.#options.region));
      await this.#reconcile(described);
      this.#failures = 0;
    } catch (error) {
      this.#options.log(`${this.#options.region}: ${(error as Error).stack ?? String(error)}`);
      // The records are the truth, and what is not as they say must become so without another change.
      clearTimeout(this.#again);
      if (!this.#stopped) this.#again = setTimeout(() => this.#settle(), Math.min(AGAIN_FIRST_MS * 2 ** this.#failures++, AGAIN_LAST_MS));
    }
    this.proveSoon();
  }

  async #reconcile(described: readonly InstanceDescription[]): Promise<void> {
    const wanted = new Map(described.filter((instance) => instance.state === 'running').map((instance) => [instance.instanceId, instance]));
    for (const [instanceId, running] of this.#instances) {
      const instance = wanted.get(instanceId);
      if (instance !== undefined && instance.bootCount === running.bootCount) continue;
      this.#instances.delete(instanceId);
      try {
        await running.stop();
      } finally {
        this.#options.onDown(instanceId);
        // Its agent cannot say goodbye: the network of a machine that is off carries nothing.
        this.#options.dropChannel(instanceId);
      }
    }
    for (const instance of described) if (instance.state === 'terminated') this.#forget(instance.instanceId);
    // Each by itself: one that does not come up keeps no other from it, and none is under way any more when this has ended.
    const boots = await Promise.allSettled([...wanted.values()].map((instance) => this.#boot(instance)));
    const failed = boots.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #forget(instanceId: string): void {
    const { state } = this.#options;
    if (state.get(HOST_KEYS, instanceId) === undefined) return;
    state.transact((tx) => {
      tx.delete(HOST_KEYS, instanceId);
      forgetInstance(tx, instanceId);
    });
  }

  async #boot(instance: InstanceDescription): Promise<void> {
    if (this.#stopped || this.#instances.has(instance.instanceId)) return;
    const { region, guests, caCertificate, log } = this.#options;
    instanceBooted(this.#options.state, instance.instanceId);
    const running = await RunningInstance.boot({
      specification: {
        region,
        instanceId: instance.instanceId,
        networkInterfaceId: instance.networkInterfaceId,
        privateIp: instance.privateIpAddress,
        hostName: instance.hostName,
        domainName: instance.domainName,
        nameServers: instance.nameServers,
        architecture: instance.architecture === 'arm64' ? 'aarch64' : instance.architecture,
        authorizedKeys: instance.publicKey === undefined ? [] : [instance.publicKey],
      },
      bootCount: instance.bootCount,
      hostKeys: this.#hostKeys(instance.instanceId),
      pushedKeys: (account) => pushedKeys(this.#options.state, instance.instanceId, account, Date.now()),
      onPower: (request) => this.#options.onPower(instance.instanceId, request),
      userData: instance.userData === undefined ? undefined : Buffer.from(instance.userData, 'base64'),
      onConsole: (text, first) => this.#console(instance, text, first),
      guests,
      caCertificate,
      turns: this.#turns,
      log,
    });
    this.#instances.set(instance.instanceId, running);
  }

  /** What an instance of this boot wrote; one that is gone meanwhile has no console. */
  #console({ instanceId, bootCount }: InstanceDescription, text: string, first: boolean): void {
    const { state } = this.#options;
    if (state.get(INSTANCE, instanceId)?.bootCount !== bootCount) return;
    const before = first ? '' : state.get(CONSOLE_OUTPUT, instanceId)?.text ?? '';
    state.transact((tx) => tx.put(CONSOLE_OUTPUT, instanceId, { text: before + text, timestamp: Date.now() }));
  }

  /** Host keys are made at the first boot and journalled: a restart must not look like another machine. */
  #hostKeys(instanceId: string): readonly HostKey[] {
    const { state } = this.#options;
    const kept = state.get(HOST_KEYS, instanceId);
    if (kept !== undefined) return kept.keys;
    const keys = generateHostKeys();
    state.transact((tx) => tx.put(HOST_KEYS, instanceId, { keys }));
    return keys;
  }

  /** Has every agent prove its way; asked for again within a moment, it is done once. */
  proveSoon(): void {
    if (this.#proof !== undefined || this.#stopped) return;
    this.#proof = setTimeout(() => {
      this.#proof = undefined;
      for (const [instanceId, instance] of this.#instances) void this.#prove(instanceId, instance);
    }, PROOF_DELAY_MS);
  }

  /** What the agent says when it hangs up may be dropped on the way as well, so the service is told from here. */
  async #prove(instanceId: string, instance: RunningInstance): Promise<void> {
    if (!(await instance.prove()) && this.#instances.get(instanceId) === instance) this.#options.dropChannel(instanceId);
  }
}
