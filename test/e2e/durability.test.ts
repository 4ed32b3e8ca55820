/**
 * Killed at random moments of deploy and destroy, the local cloud keeps every call that was answered, and of every other
 * all or nothing. `SSMLAB_KILLS=100` for the long run; the seed is printed and can be given as SSMLAB_SEED.
 */
import { createHash, randomInt } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, expect, it } from 'vitest';
import { LAB_TEMPLATE } from '../../src/lib/lab/template.js';
import { signRequest } from '../../src/lib/protocol/sigv4.js';
import { type LocalCloud, removeLocalCloud, startLocalCloud } from '../../src/lib/target/local/cloud.js';
import { type Fabric, Home, onEachFabric } from './program.js';

/** A region of namespaces takes longer to come back, and its journal is the same one. */
const killsOn = (fabric: Fabric): number => Number(process.env['SSMLAB_KILLS'] ?? (fabric === 'netns' ? 5 : 25));
const seed = Number(process.env['SSMLAB_SEED'] ?? randomInt(2 ** 31));

/** Mulberry32: small, seeded. */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VERSIONS: Record<string, string> = { ec2: '2016-11-15', cloudformation: '2010-05-15' };

/** One signed call, without the SDK's retries: what is answered is answered by this process of the region. */
function call(cloud: LocalCloud, service: string, action: string, parameters: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  const body = new URLSearchParams({ Action: action, Version: VERSIONS[service] ?? '', ...parameters }).toString();
  const url = new URL(`${cloud.endpoint}/`);
  const headers: Record<string, string> = { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const payloadHash = createHash('sha256').update(body).digest('hex');
  const signed = signRequest({ method: 'POST', url, headers, payloadHash }, { service, region: 'ap-northeast-1', now: Date.now() }, cloud.credentials);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false, headers: { ...headers, ...signed } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

onEachFabric(`killed at random moments (seed ${seed})`, (fabric) => {
  const kills = killsOn(fabric);
  const home = new Home(fabric);
  const options = { home: home.environment['SSMLAB_HOME'] ?? '', fabric };
  afterAll(async () => {
    await removeLocalCloud(options);
    home.remove();
  });

  it('keeps what was answered, and whole resources only', { timeout: 60_000 + kills * 6000 }, async () => {
    const random = randomOf(seed);
    let cloud: LocalCloud = await startLocalCloud(options);
    const { endpoint, credentials } = cloud;
    const keyName = await call(cloud, 'ec2', 'CreateKeyPair', { KeyName: 'MyKeyPair', KeyType: 'ed25519' });
    expect(keyName.status, keyName.text).toBe(200);
    const answered = new Set<string>();
    const removed = new Set<string>();

    /** Makes VPCs and removes some, until the region is gone. */
    const work = async (): Promise<void> => {
      for (;;) {
        const made = await call(cloud, 'ec2', 'CreateVpc', { 'CidrBlock': '10.9.0.0/16', 'TagSpecification.1.ResourceType': 'vpc', 'TagSpecification.1.Tag.1.Key': 'durable', 'TagSpecification.1.Tag.1.Value': 'yes' });
        const vpcId = all(made.text, /<vpcId>(vpc-\w+)<\/vpcId>/g)[0] ?? '';
        expect(made.status, made.text).toBe(200);
        answered.add(vpcId);
        // Each of them is a network namespace to set up again after a kill.
        if (answered.size > 15 || random() < 0.5) {
          const gone = await call(cloud, 'ec2', 'DeleteVpc', { VpcId: vpcId }).catch((error: unknown) => {
            // Not answered: it may be there or not.
            answered.delete(vpcId);
            throw error;
          });
          expect(gone.status, gone.text).toBe(200);
          answered.delete(vpcId);
          removed.add(vpcId);
        }
      }
    };
    const stackStatus = async (): Promise<string | undefined> => {
      // Not by DescribeStacks, which waits for a stack that is coming to rest.
      const { text } = await call(cloud, 'cloudformation', 'ListStacks', {});
      return all(text, /<StackName>durable<\/StackName>.*?<StackStatus>(\w+)<\/StackStatus>/gs).find((status) => status !== 'DELETE_COMPLETE');
    };

    /** The VPCs that have a main route table, a default network ACL and a default security group. */
    const defaultObjects = async (): Promise<Set<string>[]> => [
      new Set(all((await call(cloud, 'ec2', 'DescribeRouteTables', { 'Filter.1.Name': 'association.main', 'Filter.1.Value.1': 'true' })).text, /<item><routeTableId>[^<]*<\/routeTableId><vpcId>(vpc-\w+)</g)),
      new Set(all((await call(cloud, 'ec2', 'DescribeNetworkAcls', { 'Filter.1.Name': 'default', 'Filter.1.Value.1': 'true' })).text, /<vpcId>(vpc-\w+)</g)),
      new Set(all((await call(cloud, 'ec2', 'DescribeSecurityGroups', { 'Filter.1.Name': 'group-name', 'Filter.1.Value.1': 'default' })).text, /<vpcId>(vpc-\w+)</g)),
    ];

    for (let kill = 0; kill < kills; kill++) {
      const status = await stackStatus();
      if (status === undefined) {
        const made = await call(cloud, 'cloudformation', 'CreateStack', { 'StackName': 'durable', 'TemplateBody': LAB_TEMPLATE, 'Capabilities.member.1': 'CAPABILITY_IAM', 'Parameters.member.1.ParameterKey': 'KeyName', 'Parameters.member.1.ParameterValue': 'MyKeyPair' });
        expect(made.status, made.text).toBe(200);
        expect(await stackStatus()).toBe('CREATE_IN_PROGRESS');
      } else if (status === 'CREATE_COMPLETE') {
        expect((await call(cloud, 'cloudformation', 'DeleteStack', { StackName: 'durable' })).status).toBe(200);
      } else {
        expect(['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS']).toContain(status);
      }
      const { pid } = cloud;
      const killed = new Promise<void>((resolve) => setTimeout(() => (process.kill(pid, 'SIGKILL'), resolve()), random() * 900));
      await Promise.all([killed, work().catch((error: NodeJS.ErrnoException) => expect(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']).toContain(error.code))]);
      cloud = await startLocalCloud(options);
      expect([cloud.endpoint, cloud.credentials]).toEqual([endpoint, credentials]);

      const vpcs = new Set(all((await call(cloud, 'ec2', 'DescribeVpcs', { 'Filter.1.Name': 'tag:durable', 'Filter.1.Value.1': 'yes' })).text, /<vpcId>(vpc-\w+)<\/vpcId>/g));
      for (const vpcId of answered) expect(vpcs, `answered CreateVpc of ${vpcId}, kill ${kill}`).toContain(vpcId);
      for (const vpcId of removed) expect(vpcs, `answered DeleteVpc of ${vpcId}, kill ${kill}`).not.toContain(vpcId);
      // A VPC comes with three default objects (vpc-semantics.md V6): whole means all of them.
      for (const owners of await defaultObjects()) for (const vpcId of vpcs) expect(owners, `${vpcId}, kill ${kill}`).toContain(vpcId);
    }

    // Left alone it comes to an end, and deleting it leaves nothing of it.
    const settled = async (): Promise<string | undefined> => {
      for (;;) {
        const status = await stackStatus();
        if (status === undefined || !status.endsWith('_IN_PROGRESS')) return status;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    expect([undefined, 'CREATE_COMPLETE']).toContain(await settled());
    await call(cloud, 'cloudformation', 'DeleteStack', { StackName: 'durable' });
    expect(await settled()).toBeUndefined();
    // Nothing changes any more, so now every default object has its VPC and every VPC its objects.
    const left = new Set(all((await call(cloud, 'ec2', 'DescribeVpcs')).text, /<vpcId>(vpc-\w+)<\/vpcId>/g));
    for (const owners of await defaultObjects()) expect(owners).toEqual(left);
    const durable = new Set(all((await call(cloud, 'ec2', 'DescribeVpcs', { 'Filter.1.Name': 'tag:durable', 'Filter.1.Value.1': 'yes' })).text, /<vpcId>(vpc-\w+)<\/vpcId>/g));
    expect(left).toEqual(durable);
    expect(all((await call(cloud, 'ec2', 'DescribeAddresses')).text, /<allocationId>([^<]*)</g)).toEqual([]);
    expect(all((await call(cloud, 'ec2', 'DescribeSubnets')).text, /<subnetId>([^<]*)</g)).toEqual([]);
  });
});
