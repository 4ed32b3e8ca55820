/**
 * A session encrypted with KMS, AWS's plugin as its client, at every agent (`protocol.md` §5.4). The plugin asks the KMS of its region by
 * name: here a proxy on its way there leads to this region's. Skipped by name where the programs are not on PATH.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { INSTANCE, REGION, SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { AGENTS } from './agents.js';
import { pluginObstacleHere, runPluginOn, type RunningPlugin } from './plugin.js';

const wait = { timeout: 20_000, interval: 20 };
const ENCRYPTED = 'This session is encrypted using AWS KMS.';

/** A bash of today brackets pastes: a terminal shows nothing of that. */
const shownBy = (plugin: RunningPlugin): string => plugin.output().replaceAll('\u001B[?2004h', '').replaceAll('\u001B[?2004l\r', '').replaceAll('\r', '');

for (const agent of AGENTS) {
  // Of the services, the lab's VPC of instance 4 has no endpoint for this one.
  const missing = pluginObstacleHere() ?? agent.missing ?? (agent.name.endsWith('instance four') ? 'which has no way to kms' : undefined);
  describe.skipIf(missing !== undefined)(`AWS's plugin at ${agent.name}, encrypted${missing === undefined ? '' : ` (${missing})`}`, { timeout: 90_000 }, () => {
    let region: SmallRegion;
    let stop: (() => Promise<void>) | undefined;
    let folder = '';
    let environment: NodeJS.ProcessEnv = {};
    /** What the service sent to the plugin: without a mask, as servers send. */
    let passed = '';
    let asked: string[] = [];
    const servers: Server[] = [];
    const plugins: RunningPlugin[] = [];

    async function listening(server: Server): Promise<number> {
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }

    beforeEach(async () => {
      region = await SmallRegion.start();
      region.allowed.add('kms:Decrypt').add('kms:GenerateDataKey');
      stop = await agent.start(region);
      await vi.waitFor(() => expect(region.connected).toBe(true), wait);
      folder = mkdtempSync(join(tmpdir(), 'ssmlab-kms-'));
      writeFileSync(join(folder, 'ca.pem'), region.caCertificate);
      asked = [];
      passed = '';
      const proxy = createHttpServer().on('connect', (request, near) => {
        asked.push(request.url ?? '');
        const far = connect(region.tlsPort, '127.0.0.1', () => near.write('HTTP/1.1 200 OK\r\n\r\n'));
        near.on('error', () => far.destroy()).pipe(far).on('error', () => near.destroy()).pipe(near);
      });
      const { accessKeyId, secretAccessKey, sessionToken } = region.roleCredentials();
      environment = { HTTPS_PROXY: `http://127.0.0.1:${await listening(proxy)}`, SSL_CERT_FILE: join(folder, 'ca.pem'), AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
    }, 60_000);
    afterEach(async () => {
      for (const { child } of plugins.splice(0)) child.kill('SIGKILL');
      for (const server of servers.splice(0)) server.close();
      await stop?.();
      region.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** A shell by preferences with this key; absent: with none. */
    async function shell(kmsKeyId?: string): Promise<RunningPlugin> {
      const session = region.open({ schemaVersion: '1.0', sessionType: 'Standard_Stream', inputs: kmsKeyId === undefined ? {} : { kmsKeyId } });
      const url = new URL(session.streamUrl);
      const { port } = url;
      const tap = createServer((near) => {
        const far = connect(Number(port), '127.0.0.1');
        far.on('data', (bytes: Buffer) => (passed += bytes.toString('latin1')));
        near.on('error', () => far.destroy()).pipe(far).on('error', () => near.destroy()).pipe(near);
      });
      url.port = String(await listening(tap));
      const plugin = runPluginOn(region, { ...session, streamUrl: url.href }, { Target: INSTANCE }, environment);
      plugins.push(plugin);
      return plugin;
    }
    const shows = (plugin: RunningPlugin, text: string): Promise<void> => vi.waitFor(() => expect(shownBy(plugin).slice(-300)).toContain(text), wait);
    const newKey = async (): Promise<string> => ((await region.kms('CreateKey', {}))['KeyMetadata'] as { readonly Arn: string }).Arn;

    it('agrees on a key, says so, and each reads what the other encrypted', async () => {
      const plugin = await shell(await newKey());
      await plugin.sees(ENCRYPTED);
      await plugin.sees(/[#$] $/u);
      plugin.child.stdin.write('seq 20000; echo out of si""ght\r');
      await shows(plugin, '\nout of sight\n');
      expect(shownBy(plugin)).toContain(`\n${Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join('')}out of sight\n`);
      plugin.child.stdin.write('exit\r');
      await plugin.ended();
      expect(passed).not.toContain('out of sight');
      expect([...new Set(asked)]).toEqual([`kms.${REGION}.amazonaws.com:443`]);
    });

    it('without a key in the preferences asks for none, and what is shown passes as it is', async () => {
      const plugin = await shell();
      await plugin.sees(/[#$] $/u);
      plugin.child.stdin.write('echo in plain si""ght\r');
      await shows(plugin, '\nin plain sight\n');
      expect(plugin.output()).not.toContain(ENCRYPTED);
      expect(passed).toContain('in plain sight');
      expect(asked).toEqual([]);
    });

    it('who may not make a data key has no session', async () => {
      region.allowed.delete('kms:GenerateDataKey');
      const plugin = await shell(await newKey());
      await plugin.sees(/Error calling KMS GenerateDataKey API: AccessDeniedException/u);
      expect(plugin.output()).not.toContain(ENCRYPTED);
    });

    it('an agent that may not read the key ends the session with its reason', async () => {
      region.allowed.delete('kms:Decrypt');
      const plugin = await shell(await newKey());
      await plugin.sees(/Fetching data key failed: Unable to retrieve data key, Error when decrypting data key AccessDeniedException/u);
      expect(plugin.output()).not.toContain(ENCRYPTED);
    });
  });
}
