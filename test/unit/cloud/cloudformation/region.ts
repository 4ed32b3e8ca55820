/** A region without network or guests for tests: the real services on a store in memory, and a clock that is turned by hand. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudFormation, type CloudFormation } from '../../../../src/cloud/cloudformation/cloudformation.js';
import { createDispatcher, type Dispatcher } from '../../../../src/cloud/endpoint/dispatch.js';
import { str } from '../../../../src/cloud/endpoint/input.js';
import { AwsError, type Caller, type Input, type OperationContext, type Output, type Service } from '../../../../src/cloud/endpoint/operation.js';
import { createKeyRing } from '../../../../src/cloud/keys/key-ring.js';
import { createRegionCipher, makeCipherSecret } from '../../../../src/cloud/keys/region-cipher.js';
import type { RegionRuntime } from '../../../../src/cloud/region.js';
import { advance, ec2 } from '../../../../src/cloud/services/ec2/ec2.js';
import { iam } from '../../../../src/cloud/services/iam/iam.js';
import { createObjectFiles, createS3 } from '../../../../src/cloud/services/s3/s3.js';
import { logs } from '../../../../src/cloud/services/logs/logs.js';
import { ssm } from '../../../../src/cloud/services/ssm/index.js';
import { Memory, type Entry } from '../../../../src/cloud/state/memory.js';

export const REGION = 'ap-northeast-1';
const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDummyDummyDummyDummyDummyDummyDummyDummyDumm test';

/** Everything that is to be run, by time; nothing runs by itself. */
export class Clock {
  now = Date.parse('2026-11-24T00:00:00.000Z');
  #timers: { at: number; run: () => void }[] = [];

  readonly schedule = (run: () => void, milliseconds: number): (() => void) => {
    const timer = { at: this.now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Runs the next timer; false when there is none. */
  tick(): boolean {
    const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (next === undefined) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.now = Math.max(this.now, next.at);
    next.run();
    return true;
  }

  forget(): void {
    this.#timers = [];
  }
}

/** S3 with the objects of the test: bytes in files are another test's. */
function objectStore(objects: ReadonlyMap<string, string>): Service {
  const read = (input: Input): Buffer => {
    const text = objects.get(`${str(input, 'Bucket')}/${str(input, 'Key')}`);
    if (text === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
    return Buffer.from(text);
  };
  const real = createS3(createObjectFiles(join(tmpdir(), 'ssmlab-no-objects')));
  return {
    ...real,
    operations: {
      ...real.operations,
      HeadObject: (input) => ({ ContentLength: read(input).length }),
      GetObject: (input) => ({ Body: read(input) }),
    },
  };
}

export class TestRegion {
  readonly clock = new Clock();
  readonly log: string[] = [];
  /** Outlives a restart, as secrets do. */
  readonly cipher = createRegionCipher(makeCipherSecret());
  memory: Memory;
  context: OperationContext;
  cloudFormation: CloudFormation;
  /** Called before each commit of the journal; throws to play a dying process. */
  onWrite: (entries: readonly Entry[]) => void = () => undefined;
  readonly #services: readonly Service[];
  readonly #patience: number | undefined;
  #run: Dispatcher['run'];

  /** Templates in S3, by `bucket/key`. */
  readonly objects = new Map<string, string>();

  constructor(services: readonly Service[] = [ec2, iam, logs, ssm], patience?: number) {
    this.#patience = patience;
    this.#services = [...services, objectStore(this.objects)];
    ({ memory: this.memory, context: this.context, cloudFormation: this.cloudFormation, run: this.#run } = this.#boot([]));
  }

  #boot(entries: readonly Entry[]) {
    const memory = new Memory((written) => this.onWrite(written));
    memory.load(entries);
    const keys = createKeyRing({ accountId: '123456789012', now: () => this.clock.now });
    const dispatcher = createDispatcher({
      services: this.#services,
      keys,
      stateFor: (region) => memory.scope(region),
      globalState: memory.scope('aws-global'),
      runtime: { pace: 1, keys, cipher: this.cipher, endpointUrl: 'http://127.0.0.1:4599' } as unknown as RegionRuntime,
      now: () => this.clock.now,
      onDefect: (what, error) => this.log.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    });
    const contextFor = (region: string, caller?: Caller) => {
      advance(memory.scope(region), this.clock.now);
      return dispatcher.internalContext(region, caller === undefined ? {} : { caller, judged: true });
    };
    const cloudFormation = createCloudFormation({ contextFor, log: (line) => this.log.push(line), now: () => this.clock.now, schedule: this.clock.schedule, patience: this.#patience });
    return { memory, context: contextFor(REGION), cloudFormation, run: dispatcher.run };
  }

  /** Ends the process at once and starts another on what the journal has. */
  restart(): void {
    this.clock.forget();
    ({ memory: this.memory, context: this.context, cloudFormation: this.cloudFormation, run: this.#run } = this.#boot([...this.memory.entries()]));
    this.cloudFormation.resume(REGION);
  }

  /** Runs timers until nothing is in progress. */
  settle(limit = 5000): void {
    for (let step = 0; this.tick(); step++) if (step > limit) throw new Error('the stacks do not come to rest');
  }

  /** One timer; EC2's own clock goes along. */
  tick(): boolean {
    const ran = this.clock.tick();
    advance(this.context.state, this.clock.now);
    return ran;
  }

  async cfn(operation: string, input: Input, caller?: Caller): Promise<Output> {
    return this.#run(this.cloudFormation.service, operation, input, caller === undefined ? this.context : { ...this.context, caller });
  }

  /** The error of a call that has to fail. */
  async refused(operation: string, input: Input): Promise<AwsError> {
    try {
      await this.cfn(operation, input);
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
    throw new Error(`${operation} succeeded`);
  }

  call(service: string, operation: string, input: Input = {}): Output {
    return this.context.call(service, operation, input) as Output;
  }

  importKey(name: string): void {
    this.call('ec2', 'ImportKeyPair', { KeyName: name, PublicKeyMaterial: Buffer.from(PUBLIC_KEY).toString('base64') });
  }

  async create(template: string, options: Input = {}): Promise<string> {
    const made = await this.cfn('CreateStack', { StackName: 's', TemplateBody: template, ...options });
    this.settle();
    return made['StackId'] as string;
  }

  async stack(name = 's'): Promise<{ StackStatus: string; StackStatusReason?: string; StackId: string; Outputs: { OutputKey: string; OutputValue: string }[]; Tags: unknown[]; Parameters: unknown[] }> {
    const { Stacks } = await this.cfn('DescribeStacks', { StackName: name });
    const [stack] = Stacks as never[];
    if (stack === undefined) throw new Error('no stack');
    return stack;
  }

  async output(key: string, name = 's'): Promise<string | undefined> {
    return (await this.stack(name)).Outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  }

  /** Oldest first, `LogicalId STATUS`. */
  async events(name = 's'): Promise<{ id: string; status: string; reason: string | undefined; line: string; physicalId: string }[]> {
    const rows: { LogicalResourceId: string; ResourceStatus: string; ResourceStatusReason?: string; PhysicalResourceId: string }[] = [];
    let NextToken: unknown;
    do {
      const page = await this.cfn('DescribeStackEvents', { StackName: name, ...(NextToken === undefined ? {} : { NextToken }) });
      rows.push(...(page['StackEvents'] as typeof rows));
      NextToken = page['NextToken'];
    } while (NextToken !== undefined);
    return rows.toReversed().map((row) => ({
      id: row.LogicalResourceId, status: row.ResourceStatus, reason: row.ResourceStatusReason, line: `${row.LogicalResourceId} ${row.ResourceStatus}`, physicalId: row.PhysicalResourceId,
    }));
  }

  /** Ids of everything of a kind that is there, as the Describe operation lists it. */
  ids(operation: string, set: string, id: string, input: Input = {}): string[] {
    return (this.call('ec2', operation, input)[set] as { [name: string]: string }[]).map((item) => item[id] ?? '');
  }
}
