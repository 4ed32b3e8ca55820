/**
 * The region process by itself: 10 000 instances' records in memory and described, signed requests a second. What is measured is
 * the process's own CPU time (`/proc/PID/stat`), so that neither the client beside it nor other programs count.
 */
import { build } from 'esbuild';
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/build.mjs';

const REGION = 'ap-northeast-1';
const INSTANCES = 10_000;
/** USER_HZ of Linux on every architecture that Node runs on. */
const TICK_MS = 10;

/** Modules of the sources, bundled into one that can be imported here. */
async function sources(folder) {
  const outfile = join(folder, 'sources.mjs');
  await build({
    stdin: {
      resolveDir: join(root, 'src'),
      loader: 'ts',
      contents: `export { ec2, advance } from './cloud/services/ec2/ec2.js';
        export { images } from './cloud/services/ssm/public-parameters.js';
        export { openJournal } from './cloud/state/journal.js';
        export { APPLIED_QUOTA, STANDARD_VCPUS } from './cloud/services/service-quotas/quotas.js';
        export { hashPayload, signRequest } from './lib/protocol/sigv4.js';`,
    },
    outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  return import(pathToFileURL(outfile).href);
}

/** Writes a journal with a VPC and stopped instances in it: records, and no guests that would run. */
export async function writeInstances(folder, cloudFolder) {
  const { ec2, advance, images, openJournal, APPLIED_QUOTA, STANDARD_VCPUS } = await sources(folder);
  const { accountId } = JSON.parse(readFileSync(join(cloudFolder, 'secrets.json'), 'utf8'));
  const journal = openJournal(join(cloudFolder, 'journal'));
  const state = journal.memory.scope(REGION);
  // An account may run 32 vCPUs of its own accord.
  state.transact((tx) => tx.put(APPLIED_QUOTA, STANDARD_VCPUS.quotaCode, { quotaCode: STANDARD_VCPUS.quotaCode, value: 10 * INSTANCES }));
  let now = Date.now();
  const caller = { accountId, accessKeyId: 'bench', arn: `arn:aws:iam::${accountId}:user/bench`, userId: 'bench', kind: 'lab' };
  const context = { region: REGION, accountId, caller, origin: { kind: 'loopback' }, requestId: 'bench', state, globalState: journal.memory.scope('aws-global'), runtime: { pace: 0 }, now: () => now, call: () => { throw new Error('nothing is called'); } };
  const call = (operation, input) => ec2.operations[operation](input, context);
  const { vpcId } = call('CreateVpc', { CidrBlock: '10.0.0.0/16' }).vpc;
  const { subnetId } = call('CreateSubnet', { VpcId: vpcId, CidrBlock: '10.0.0.0/16' }).subnet;
  const imageId = images(REGION).find((image) => image.architecture === 'arm64' && image.standard).imageId;
  // As many in one request as the limit of a request allows.
  const ids = [];
  while (ids.length < INSTANCES) {
    const { instancesSet } = call('RunInstances', { ImageId: imageId, InstanceType: 't4g.nano', MinCount: '50', MaxCount: '50', SubnetId: subnetId, TagSpecification: [{ ResourceType: 'instance', Tag: [{ Key: 'Name', Value: `bench-${ids.length}` }] }] });
    ids.push(...instancesSet.map(({ instanceId }) => instanceId));
  }
  const settle = () => {
    now += 60_000;
    while (advance(state, now) !== undefined) now += 60_000;
  };
  settle();
  for (let at = 0; at < ids.length; at += 100) call('StopInstances', { InstanceId: ids.slice(at, at + 100) });
  settle();
  journal.close();
}

function cpuMilliseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Signs and sends; keeps connections. */
function client({ endpoint, credentials }, { hashPayload, signRequest }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const url = new URL(`${endpoint}/`);
  const send = (service, body) => new Promise((resolve, reject) => {
    const headers = { 'host': url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const signed = signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, { service, region: REGION, now: Date.now() }, credentials);
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...signed, 'content-length': Buffer.byteLength(body) } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${response.statusCode} ${text.slice(0, 300)}`));
      });
    });
    sent.on('error', reject).end(body);
  });
  return { send, close: () => agent.destroy() };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Measures a running region that has the instances. `goal(what, value, limit, unit, beside)` takes the numbers. */
export async function measureRegion(folder, target, goal, atLeast) {
  const modules = await sources(folder);
  const { send, close } = client(target, modules);
  const describe = (size, token) => send('ec2', `Action=DescribeInstances&Version=2016-11-15&MaxResults=${size}${token === undefined ? '' : `&NextToken=${encodeURIComponent(token)}`}`);
  const allPages = async () => {
    const before = cpuMilliseconds(target.pid);
    let token;
    let seen = 0;
    do {
      const text = await describe(1000, token);
      seen += text.split('<instanceId>').length - 1;
      token = /<nextToken>([^<]+)</.exec(text)?.[1];
    } while (token !== undefined);
    return { took: cpuMilliseconds(target.pid) - before, seen };
  };
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))[1]) / 1024;
  try {
    await describe(5);
    goal(`records of ${INSTANCES} instances, resident`, rss(), 400, 'MB');
    await allPages();
    const pages = [];
    for (let round = 0; round < 5; round++) pages.push(await allPages());
    if (pages.some(({ seen }) => seen < INSTANCES)) throw new Error(`DescribeInstances gave ${pages[0].seen} of ${INSTANCES}`);
    goal(`DescribeInstances of ${INSTANCES}, all pages, region time`, median(pages.map(({ took }) => took)) / 1000, 2, 's', 'pages of 1000');
    const firsts = [];
    for (let round = 0; round < 5; round++) {
      const before = cpuMilliseconds(target.pid);
      for (let page = 0; page < 20; page++) await describe(100);
      firsts.push((cpuMilliseconds(target.pid) - before) / 20);
    }
    goal('its first page, region time', median(firsts), 20, 'ms', 'page of 100');
    goal('after all of it, resident', rss(), 400, 'MB');

    const count = 6000;
    const rates = [];
    for (let round = 0; round < 3; round++) {
      const before = cpuMilliseconds(target.pid);
      let left = count;
      await Promise.all(Array.from({ length: 16 }, async () => {
        while (left-- > 0) await send('ec2', 'Action=DescribeVpcs&Version=2016-11-15');
      }));
      rates.push(count / ((cpuMilliseconds(target.pid) - before) / 1000));
    }
    atLeast('signed requests a second of one core', median(rates), 2000, '/s', 'DescribeVpcs');
  } finally {
    close();
  }
}
