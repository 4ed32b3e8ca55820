/** The suite that every fabric has to pass: the rules one at a time, and what happens to connections while the network changes. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import type { Peer } from '../../../src/cloud/fabric/fabric.js';
import {
  type Change, changed, entry, LAB, OPEN_ENTRIES, REGION, route, setEgress, setEntries, setIngress, setInterface, setRoutes, tcpFrom, tcpFromGroup,
} from './lab-network.js';
import type { Actor, FabricUnderTest } from './probes.js';
import { greet, Lab, line, PATIENCE, SERVICE, serviceHost } from './probes.js';
import { SCENARIOS } from './rules.js';

const { ip, eni } = LAB;

/** Registers the suite for one fabric; `makeFabric` makes an empty one for each test, which the suite closes. */
export function fabricConformance(name: string, makeFabric: () => Promise<FabricUnderTest>): void {
  describe(`${name} fabric`, () => {
    let lab: Lab | undefined;
    afterEach(async () => {
      await lab?.fabric.close();
      lab = undefined;
    });
    const start = async (...changes: Parameters<Lab['start']>[0] & object): Promise<Lab> => {
      lab = new Lab(await makeFabric());
      await lab.start(changes);
      return lab;
    };

    describe('rules', () => {
      // Each has a fabric of its own, so that one waits for silence while others work.
      it.concurrent.each(SCENARIOS)('$rule: $what', async ({ changes, probe, seen }) => {
        const made = await makeFabric();
        // Only silence is told by its length: whatever else is to be seen has more time.
        const lab = new Lab(/silent|stalled/u.test(seen) ? made : { ...made, silenceMs: made.silenceMs * PATIENCE });
        try {
          await lab.start(changes);
          expect(await probe(lab)).toBe(seen);
        } finally {
          await made.fabric.close();
        }
      });
    });

    describe('TCP', () => {
      it('refuses where nothing listens', async () => {
        const lab = await start(setIngress(LAB.sg1, tcpFrom(9999, '0.0.0.0/0')));
        expect(await lab.tcp('laptop', LAB.public.one, 9999)).toBe('refused');
      });

      it('reaches an instance\'s own servers whatever the rules say', async () => {
        const lab = await start(setEgress(LAB.sg2));
        expect(await lab.tcp('three', ip.three, 22)).toBe('open: 10.0.2.18');
        expect(await lab.tcp('three', '127.0.0.1', 22)).toBe('open: 127.0.0.1');
        expect(await lab.tcp('three', '127.0.0.1', 23)).toBe('refused');
        expect(await lab.ping('three', '127.0.0.1')).toBe('ttl 64');
      });

      it('takes a port once, and gives it back on close', async () => {
        const lab = await start();
        const at = { networkInterfaceId: eni.two, port: 5000 };
        const listener = await lab.fabric.listen(at, greet);
        await expect(lab.fabric.listen(at, greet)).rejects.toMatchObject({ code: 'EADDRINUSE' });
        listener.close();
        await expect(lab.fabric.listen(at, greet)).resolves.toBeDefined();
      });

      it('tells the server who asks, after NAT', async () => {
        const lab = await start();
        const peers: Peer[] = [];
        await lab.fabric.serve(REGION, [{ ...serviceHost('ssm'), tcp: new Map([[443, (stream, seen) => {
          peers.push(seen);
          stream.end('seen\n');
        }]]) }]);
        expect(await line(await lab.connect('three', SERVICE.ssm, 443))).toBe('seen');
        expect(peers[0]).toMatchObject({ address: LAB.public.nat, networkInterfaceId: eni.three, vpcEndpointId: undefined });
      });

      it('gives up when told to', async () => {
        const lab = await start();
        const abort = new AbortController();
        const attempt = lab.fabric.connect(lab.source('four'), { address: '8.8.8.8', port: 443 }, { signal: abort.signal });
        abort.abort(new Error('enough'));
        await expect(attempt).rejects.toThrow('enough');
      });

      it('keeps apart what two interfaces send through one NAT gateway', async () => {
        const lab = await start();
        const streams = await Promise.all(Array.from({ length: 20 }, () => lab.connect('three', SERVICE.ssm, 443)));
        for (const [index, stream] of streams.entries()) {
          expect(await line(stream)).toBe(LAB.public.nat);
          expect(await lab.echo(stream, `message ${index}`)).toBe('alive');
        }
      });

      it('ends one half while the other goes on', async () => {
        const lab = await start();
        const { client, server } = await pairOf(lab);
        client.end('question');
        expect(await all(server)).toBe('question');
        server.end('answer');
        expect(await all(client)).toBe('answer');
      });

      it('resets the other side when one is destroyed', async () => {
        const lab = await start();
        const { client, server } = await pairOf(lab);
        const error = once(server, 'error');
        client.destroy();
        expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
      });

      it('holds the writer back while nobody reads', async () => {
        const lab = await start();
        const { client, server } = await pairOf(lab);
        const block = Buffer.alloc(65_536, 'x');
        let sent = 0;
        while (client.write(block) && sent < 1000) {
          sent++;
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(sent).toBeLessThan(100);
        client.end();
        expect((await all(server)).length).toBe((sent + 1) * block.length);
      });
    });

    describe('silence', () => {
      /** A connection, and what lets time go by; skips where there is no clock to turn. */
      const opened = async (context: TestContext, actor: Actor, address: string, port: number, ...changes: readonly Change[]) => {
        const lab = await start(...changes);
        const { advance } = lab;
        if (advance === undefined) return context.skip('the clock of this fabric is the kernel\'s');
        const stream = await lab.connect(actor, address, port);
        await line(stream);
        return { lab, stream, advance };
      };

      it('N9: the NAT gateway forgets a flow after 350 s, and resets the client that goes on', async (context) => {
        const { lab, stream, advance } = await opened(context, 'three', SERVICE.ssm, 443);
        advance(349);
        expect(await lab.echo(stream, 'still here')).toBe('alive');
        advance(351);
        const error = once(stream, 'error');
        stream.write('too late\n');
        expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
        expect(await lab.tcp('three', SERVICE.ssm, 443)).toBe('open: 198.18.0.10');
      });

      it('N9: what the server sends then is lost, and it hears nothing of the reset', async (context) => {
        const { lab, advance } = await opened(context, 'three', SERVICE.ssm, 443);
        const server = new Promise<Duplex>((resolve) => {
          void lab.fabric.serve(REGION, [{ ...serviceHost('ssm'), tcp: new Map([[443, resolve]]) }]);
        });
        const client = await lab.connect('three', SERVICE.ssm, 443);
        const far = await server;
        advance(351);
        far.write('hello\n');
        expect(await lab.hear(client)).toBeUndefined();
        let heard = 'nothing';
        for (const event of ['error', 'end', 'close', 'data']) far.once(event, () => (heard = event));
        const error = once(client, 'error');
        client.write('x\n');
        expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
        await lab.change(setEgress(LAB.sg3));
        await lab.change();
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(heard).toBe('nothing');
      });

      it('N9: a flow that takes no NAT gateway is not concerned', async (context) => {
        const { lab, stream, advance } = await opened(context, 'two', SERVICE.ssm, 443);
        advance(40_000);
        expect(await lab.echo(stream, 'x')).toBe('alive');
      });

      it('S10: a tracked flow without its rule is forgotten after 432 000 s of silence, and not before', async (context) => {
        const { lab, stream, advance } = await opened(context, 'laptop', LAB.public.one, 22, setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24')));
        await lab.change(setIngress(LAB.sg1));
        advance(431_999);
        expect(await lab.echo(stream, 'still here')).toBe('alive');
        advance(432_001);
        expect(await lab.echo(stream, 'x')).toBe('stalled');
      });

      it('S10: with its rule it is tracked anew', async (context) => {
        const { lab, stream, advance } = await opened(context, 'laptop', LAB.public.one, 22, setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24')));
        advance(432_001);
        expect(await lab.echo(stream, 'x')).toBe('alive');
      });

      it('S10: the timeout is the interface\'s own', async (context) => {
        const short = setInterface(eni.one, { tcpEstablishedTimeout: 60 });
        const { lab, stream, advance } = await opened(context, 'laptop', LAB.public.one, 22, short, setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24')));
        await lab.change(short, setIngress(LAB.sg1));
        advance(59);
        expect(await lab.echo(stream, 'still here')).toBe('alive');
        advance(61);
        expect(await lab.echo(stream, 'x')).toBe('stalled');
        // The rule that comes back heals it: what was lost is sent again.
        await lab.change(short, setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24')));
        expect(await line(stream)).toBe('x');
      });

      it('S10: after it the answering side is a stranger until the client speaks', async (context) => {
        const { lab, advance } = await opened(context, 'two', SERVICE.ssm, 443, setInterface(eni.two, { tcpEstablishedTimeout: 350 }));
        const server = new Promise<Duplex>((resolve) => {
          void lab.fabric.serve(REGION, [{ ...serviceHost('ssm'), tcp: new Map([[443, resolve]]) }]);
        });
        const client = await lab.connect('two', SERVICE.ssm, 443);
        const far = await server;
        advance(351);
        far.write('are you there\n');
        expect(await lab.hear(client)).toBeUndefined();
        client.write('yes\n');
        expect(await line(far)).toBe('yes');
        expect(await line(client)).toBe('are you there');
      });
    });

    describe('live changes', () => {
      it('S8: an untracked flow stalls at once when its rule goes, and goes on when it comes back', async () => {
        const lab = await start();
        const stream = await lab.connect('laptop', LAB.public.one, 22);
        await line(stream);
        expect(await lab.echo(stream, 'before')).toBe('alive');
        await lab.change(setIngress(LAB.sg1));
        expect(await lab.echo(stream, 'during')).toBe('stalled');
        await lab.change();
        expect(await line(stream)).toBe('during');
      });

      it('S7: a tracked flow lives on without its rule, a new one does not open', async () => {
        const lab = await start(setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24')));
        const stream = await lab.connect('laptop', LAB.public.one, 22);
        await line(stream);
        await lab.change(setIngress(LAB.sg1));
        expect(await lab.echo(stream, 'still here')).toBe('alive');
        expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
      });

      it('S7: an outgoing flow of a group that admits nothing is tracked and outlives its egress rule', async () => {
        const lab = await start();
        const stream = await lab.connect('two', SERVICE.ssm, 443);
        await line(stream);
        await lab.change(setEgress(LAB.sg2));
        expect(await lab.echo(stream, 'still here')).toBe('alive');
        expect(await lab.tcp('two', SERVICE.ssm, 443)).toBe('silent');
      });

      it('S8: an outgoing flow between open groups is untracked', async () => {
        const open = setIngress(LAB.sg2, { ruleId: 'sgr-all', protocol: '-1', cidr: '0.0.0.0/0' });
        const lab = await start(open);
        const stream = await lab.connect('two', SERVICE.ssm, 443);
        await line(stream);
        await lab.change(open, setEgress(LAB.sg2));
        expect(await lab.echo(stream, 'x')).toBe('stalled');
      });

      it('S9: a flow through the NAT gateway is tracked, however open the groups', async () => {
        const open = setIngress(LAB.sg2, { ruleId: 'sgr-all', protocol: '-1', cidr: '0.0.0.0/0' });
        const lab = await start(open);
        const stream = await lab.connect('three', SERVICE.ssm, 443);
        await line(stream);
        await lab.change(open, setEgress(LAB.sg2));
        expect(await lab.echo(stream, 'still here')).toBe('alive');
      });

      it('S9, m2: a flow through an endpoint lives on, a new one does not open', async () => {
        const lab = await start(setIngress(LAB.sgEndpoint, tcpFrom(443, '0.0.0.0/0')));
        const stream = await lab.connect('four', ip.ssm, 443);
        await line(stream);
        await lab.change(setIngress(LAB.sgEndpoint));
        expect(await lab.echo(stream, 'still here')).toBe('alive');
        expect(await lab.tcp('four', ip.ssm, 443)).toBe('silent');
      });

      it('A2: a network ACL cuts a flow that the groups track', async () => {
        const lab = await start();
        const stream = await lab.connect('two', SERVICE.ssm, 443);
        await line(stream);
        await lab.change(setEntries(LAB.acl.public, entry(90, false, 'deny', { cidr: '198.19.0.0/16' }), ...OPEN_ENTRIES));
        expect(await lab.echo(stream, 'x')).toBe('stalled');
        await lab.change();
        expect(await line(stream)).toBe('x');
      });

      it('m1: a route that goes stalls instance 3, and heals it when it is put back', async () => {
        const lab = await start();
        const stream = await lab.connect('three', SERVICE.ssmmessages, 443);
        await line(stream);
        await lab.change(setRoutes(LAB.privateTable));
        expect(await lab.echo(stream, 'x')).toBe('stalled');
        expect(await lab.tcp('three', SERVICE.ssmmessages, 443)).toBe('silent');
        await lab.change();
        expect(await line(stream)).toBe('x');
        expect(await lab.tcp('three', SERVICE.ssmmessages, 443)).toBe('open: 198.18.0.10');
      });

      it('R6: a blackhole stalls an open flow', async () => {
        const lab = await start();
        const stream = await lab.connect('two', SERVICE.ssm, 443);
        await line(stream);
        await lab.change(setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw, '0.0.0.0/0', 'blackhole')));
        expect(await lab.echo(stream, 'x')).toBe('stalled');
      });

      it('V11: another public address cuts the flows of the old one: the other end resets what it does not know', async () => {
        const lab = await start();
        const stream = await lab.connect('two', SERVICE.ssm, 443);
        await line(stream);
        await lab.change(setInterface(eni.two, { publicIp: '198.18.0.99' }));
        const error = once(stream, 'error');
        stream.write('x\n');
        expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
        expect(await lab.tcp('two', SERVICE.ssm, 443)).toBe('open: 198.18.0.99');
      });

      it('V11: who came in by the old address hears nothing: nobody has it', async () => {
        const lab = await start();
        const stream = await lab.connect('laptop', LAB.public.one, 22);
        await line(stream);
        await lab.change(setInterface(eni.one, { publicIp: '198.18.0.99' }));
        expect(await lab.echo(stream, 'x')).toBe('stalled');
      });

      it('S12, S5: a group that is put on or taken off counts at once', async () => {
        const byReference = setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2));
        const lab = await start(byReference);
        expect(await lab.tcp('three', ip.one, 22)).toBe('open: 10.0.2.18');
        await lab.also(setInterface(eni.three, { groupIds: [LAB.sg1] }));
        expect(await lab.tcp('three', ip.one, 22)).toBe('silent');
      });

      it('a SYN is sent again: the way that opens in time is taken', async () => {
        const lab = await start(setIngress(LAB.sg1));
        const attempt = lab.fabric.connect(lab.source('laptop'), { address: LAB.public.one, port: 22 }, { timeoutMs: 5000 });
        await lab.change();
        expect(await line(await attempt)).toBe('198.51.100.7');
      });

      it('I3: a stopped instance is silent, and resets what it no longer knows when it is back', async () => {
        const lab = await start();
        const stream = await lab.connect('laptop', LAB.public.one, 22);
        await line(stream);
        await lab.change(setInterface(eni.one, { up: false }));
        expect(await lab.echo(stream, 'x')).toBe('stalled');
        await expect(lab.fabric.connect(lab.source('one'), { address: '8.8.8.8', port: 443 })).rejects.toMatchObject({ code: 'ENETUNREACH' });
        const error = once(stream, 'error');
        await lab.change();
        expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
        // Its servers went with it.
        expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('refused');
        await lab.fabric.listen({ networkInterfaceId: eni.one, port: 22 }, greet);
        expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('open: 198.51.100.7');
      });

      it('two regions of the same addresses do not meet', async () => {
        const lab = await start();
        const other = changed(setIngress(LAB.sg2, tcpFrom(22, '0.0.0.0/0')));
        const rename = (id: string): string => `${id}-east`;
        await lab.fabric.apply({
          ...other,
          region: 'us-east-1',
          networkInterfaces: other.networkInterfaces.map((each) => ({ ...each, networkInterfaceId: rename(each.networkInterfaceId), publicIp: undefined })),
          natGateways: [],
          vpcEndpoints: [],
        });
        await lab.fabric.listen({ networkInterfaceId: rename(eni.three), port: 22 }, greet);
        const fromEast = lab.fabric.connect({ networkInterfaceId: rename(eni.two) }, { address: ip.three, port: 22 }, { timeoutMs: 100 });
        expect(await line(await fromEast)).toBe(ip.two);
        expect(await lab.tcp('two', ip.three, 22)).toBe('silent');
      });
    });
  });
}

/** Both ends of one connection, laptop to instance 1. */
async function pairOf(lab: Lab): Promise<{ readonly client: Duplex; readonly server: Duplex }> {
  await lab.change(setIngress(LAB.sg1, tcpFrom(7000, '0.0.0.0/0')));
  let accept: (stream: Duplex) => void = () => undefined;
  const server = new Promise<Duplex>((resolve) => (accept = resolve));
  await lab.fabric.listen({ networkInterfaceId: eni.one, port: 7000 }, (stream) => accept(stream));
  return { client: await lab.connect('laptop', LAB.public.one, 7000), server: await server };
}

async function all(stream: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) text += String(chunk);
  return text;
}
