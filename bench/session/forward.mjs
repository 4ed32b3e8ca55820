/** Rates through forwards: ours as fast as it goes, and beside AWS's plugin at an agent that sends 1 KiB payloads. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { checksumOf, ECHO_PORT, SINK_PORT, SOURCE_PORT } from './block.mjs';
import { signal, start } from './children.mjs';
import { median, processor, processorOfTree, quantile } from './lab.mjs';
import { download, echoes, upload } from './transfer.mjs';

/** What AWS's plugin allows by its source: 1024 bytes, then a millisecond of sleep. */
const PLUGIN_RATE = 0.7;
const NO_SLOWER = 1;
/** Bytes that go each way beside the plugin: at its 0.7 MB/s to the instance. */
const SMALL_BYTES = 2 ** 20;

/** `ssmlab forward` to these ports of instance 3. Gives local ports by remote ones. */
async function ourForward({ cli, environment }, ...remotePorts) {
  const child = start(process.execPath, [cli, 'forward', '3', ...remotePorts.map((port) => `0:${port}`), '--json'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('close', (status) => reject(new Error(`ssmlab forward ended with ${status}`)));
  });
  const end = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { pid: child.pid, ports: Object.fromEntries(JSON.parse(line).forwards.map(({ remotePort, port }) => [remotePort, port])), end };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** `aws ssm start-session` of the port document, with AWS's plugin. */
async function pluginForward({ exported, instanceId }, remotePort) {
  const port = await freePort();
  const parameters = JSON.stringify({ portNumber: [String(remotePort)], localPortNumber: [String(port)] });
  const child = start('aws', ['ssm', 'start-session', '--target', instanceId, '--document-name', 'AWS-StartPortForwardingSession', '--parameters', parameters], { env: exported, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      if ((text += chunk).includes('Waiting for connections')) resolve();
    });
    child.once('close', () => reject(new Error(`AWS's plugin opened no port: ${text}`)));
  });
  const end = async () => {
    const ended = once(child, 'close');
    // The CLI leaves the signal to its plugin: both get it, as from a terminal.
    signal(child, 'SIGINT');
    await ended;
  };
  return { pid: child.pid, port, end };
}

/** As fast as it goes. */
export async function measureForward(lab, { bytes, rounds }, report) {
  const { cloud, random } = lab;
  const forward = await ourForward(lab, SOURCE_PORT, SINK_PORT, ECHO_PORT);
  const { ports } = forward;
  const checksum = checksumOf(bytes, random);
  const ways = { 'from the instance': () => download(ports[SOURCE_PORT], bytes, checksum), 'to the instance': () => upload(ports[SINK_PORT], bytes, checksum, random) };
  for (const [way, transfer] of Object.entries(ways)) {
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = { region: processor(cloud.pid), client: processor(forward.pid) };
      const { seconds, whole } = await transfer();
      if (!whole) throw new Error(`other bytes came ${way} than were sent`);
      results.push({ rate: bytes / seconds / 1e6, region: bytes / (processor(cloud.pid) - before.region) / 1e6, client: bytes / (processor(forward.pid) - before.client) / 1e6 });
    }
    const of = (name) => median(results.map((result) => result[name]));
    report.atLeast(`forward, ${way}`, of('rate'), 100, 'MB/s', `${(of('rate') / PLUGIN_RATE).toFixed(0)}× of the ${PLUGIN_RATE} MB/s that AWS's plugin allows; per second of processor: region ${of('region').toFixed(0)} MB, client ${of('client').toFixed(0)} MB`);
  }
  const times = await echoes(ports[ECHO_PORT], 500);
  report.atMost('one byte there and back, p99', quantile(times, 0.99), 50, 'ms', `median ${quantile(times, 0.5).toFixed(2)} ms`);
  await forward.end();
}

/** At an agent whose payloads are of 1 KiB, ours and AWS's client in turns. `plugin`: as `awsPlugin` gives it. */
export async function measureSmallPayloads(lab, plugin, { rounds }, report) {
  const { random, agentPayloads } = lab;
  agentPayloads(1024);
  const ways = {
    'from the instance': { remotePort: SOURCE_PORT, bytes: 16 * SMALL_BYTES, transfer: (port, bytes, checksum) => download(port, bytes, checksum) },
    'to the instance': { remotePort: SINK_PORT, bytes: SMALL_BYTES, transfer: (port, bytes, checksum) => upload(port, bytes, checksum, random) },
  };
  for (const [way, { remotePort, bytes, transfer }] of Object.entries(ways)) {
    const checksum = checksumOf(bytes, random);
    const ours = await ourForward(lab, remotePort);
    const theirs = plugin.missing === undefined ? await pluginForward(lab, remotePort) : undefined;
    const used = { ours: 0, theirs: 0 };
    const rate = async (who, pid, port) => {
      const before = processorOfTree(pid);
      const { seconds, whole } = await transfer(port, bytes, checksum);
      if (!whole) throw new Error(`other bytes came ${way} than were sent`);
      used[who] += processorOfTree(pid) - before;
      return bytes / seconds / 1e6;
    };
    const rates = { ours: [], theirs: [] };
    for (let round = 0; round < rounds; round += 1) {
      rates.ours.push(await rate('ours', ours.pid, ours.ports[remotePort]));
      if (theirs !== undefined) rates.theirs.push(await rate('theirs', theirs.pid, theirs.port));
    }
    const processorTime = (who) => `${(used[who] * 1e6 / rounds / bytes).toFixed(1)} ms of processor a MB`;
    await ours.end();
    await theirs?.end();
    const beside = theirs === undefined ? PLUGIN_RATE : median(rates.theirs);
    report.atLeast(`1 KiB payloads, ${way}`, median(rates.ours) / beside, NO_SLOWER, '×', `ours ${median(rates.ours).toFixed(1)} MB/s, ${processorTime('ours')}; ${theirs === undefined ? `AWS's plugin allows ${PLUGIN_RATE} MB/s by its source (${plugin.missing})` : `AWS's plugin ${plugin.version} ${beside.toFixed(1)} MB/s, ${processorTime('theirs')}`}`);
  }
  agentPayloads(undefined);
}
