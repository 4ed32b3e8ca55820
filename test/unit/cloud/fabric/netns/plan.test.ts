/** The plan as a pure function: what it depends on and what not, and how little a change is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InternetHost } from '../../../../../src/cloud/fabric/fabric.js';
import { Internet } from '../../../../../src/cloud/fabric/internet.js';
import { difference, isNothing } from '../../../../../src/cloud/fabric/netns/plan/difference.js';
import { layOut, layoutNumbers, type LayoutNumbers } from '../../../../../src/cloud/fabric/netns/plan/layout.js';
import { Numbers } from '../../../../../src/cloud/fabric/netns/plan/numbers.js';
import { type MachineMemory, planState } from '../../../../../src/cloud/fabric/netns/plan/plan.js';
import { REHEARSED_RULES } from '../../../../../src/cloud/fabric/netns/probe-script.js';
import { type FabricState, NOTHING } from '../../../../../src/cloud/fabric/netns/plan/state.js';
import type { NetworkModel } from '../../../../../src/lib/vpc/model.js';
import { indexModel } from '../../../../../src/lib/vpc/network.js';
import {
  addGatewayEndpoint, addInterface, changed, type Change, detachGateway, LAB, labModel, REGION, route, setIngress, setInterface, setRoutes, tcpFrom,
} from '../../../../conformance/fabric/lab-network.js';

const HOSTS: readonly InternetHost[] = ['ssm', 'ssmmessages', 'ec2messages', 's3'].map((service, index) => ({
  addresses: [`198.19.0.${service === 's3' ? 200 : 10 + index}`], names: [`${service}.${REGION}.amazonaws.com`], tcp: new Map([[443, () => undefined]]), answersPing: false,
  serviceName: `com.amazonaws.${REGION}.${service}`,
}));

function stateOf(model: NetworkModel, numbers: LayoutNumbers = layoutNumbers(), remembered: MachineMemory = new Map()): FabricState {
  const internet = new Internet();
  internet.serve(REGION, HOSTS);
  return planState({ layout: layOut([indexModel(model)], internet, numbers), hosts: [...internet.hosts()], listens: () => new Set([22]), pingGroups: '0 0', remembered });
}

/** All that the kernel is told. */
function textOf(before: FabricState, after: FabricState): string {
  const { remove, create, ...scripts } = difference(before, after);
  return [...[...remove, ...create].map((each) => each.name), ...Object.values(scripts).flat().map((step) => [step.namespace, ...step.rules ?? [], step.script].join('\n'))].join('\n');
}

/** Steps of a change in a lab that stands. */
function stepsOf(...changes: readonly Change[]): ReturnType<typeof difference> {
  const numbers = layoutNumbers();
  return difference(stateOf(labModel(), numbers), stateOf(changed(...changes), numbers));
}

describe('the plan', () => {
  it('does not depend on the order of the model', () => {
    const expected = stateOf(changed(addGatewayEndpoint));
    const lists = Object.entries(changed(addGatewayEndpoint)).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
    fc.assert(fc.property(fc.tuple(...lists.map(([, list]) => fc.shuffledSubarray(list, { minLength: list.length }))), (shuffled) => {
      const model = { ...labModel(), ...Object.fromEntries(lists.map(([name], index) => [name, shuffled[index]])) } as NetworkModel;
      expect(isNothing(difference(expected, stateOf(model)))).toBe(true);
      expect(isNothing(difference(stateOf(model), expected))).toBe(true);
    }), { numRuns: 20 });
  });

  it('tells the kernel no name that a user chose', () => {
    const hostile = JSON.parse(JSON.stringify(labModel()).replaceAll(/"(sg|acl|subnet|rtb|vpc|eni|i|igw|nat|vpce|pl)-/gu, '"$1-; rm -rf $(x) `y` ')) as NetworkModel;
    const text = textOf(NOTHING, stateOf(hostile));
    expect(text).not.toMatch(/rm -rf|\$\(x\)/u);
    expect(text).toContain('10.0.1.16');
  });

  it('has rules of no kind that the probe does not try', () => {
    const words = (text: string): Set<string> => new Set(text.replaceAll(/"[^"]*"|@\w+|\b\d[\d./-]*\b/gu, ' ').split(/[\s{}();,:=&|.!]+/u).filter((word) => /^[a-z]/u.test(word)));
    const table = (model: NetworkModel): string => [...stateOf(model).namespaces.values()].flatMap(({ table: { sets, chains } }) => [
      ...[...sets.values()].map(({ type }) => type), ...[...chains.values()].flatMap(({ hook = '', rules }) => [hook, ...rules]),
    ]).join('\n').replaceAll(/(goto|jump) \w+/gu, '$1');
    const unknown = [...words(table(changed(addGatewayEndpoint, setInterface(LAB.eni.one, { tcpEstablishedTimeout: 350 }))))].filter((word) => !words(REHEARSED_RULES).has(word));
    expect(unknown).toEqual([]);
  });

  it('gives interfaces names that the kernel takes', () => {
    const names = [...stateOf(labModel()).links.values()].flatMap((link) => link.ends.map((end) => end.name));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => name.length > 15 || !/^[a-z0-9-]+$/u.test(name))).toEqual([]);
  });

  it('has nothing to do where nothing changed', () => {
    expect(isNothing(stepsOf())).toBe(true);
  });

  it('changes a rule by one transaction in one namespace', () => {
    const steps = stepsOf(setIngress(LAB.sg1, tcpFrom(22, '203.0.113.0/24')));
    expect(steps.settle).toHaveLength(1);
    expect(steps.settle[0]?.namespace).toBe('v1');
    expect(steps.settle[0]?.script).toBe('');
    expect(steps.settle[0]?.rules).toEqual([expect.stringMatching(/^(?:.*\n)*add rule ip ssmlab ingress_1 ip saddr 203\.0\.113\.0\/24 tcp dport 22 goto track_server comment "group [^"]+"\n(?:.*\n)*$/u)]);
    expect({ ...steps, settle: [] }).toEqual({ unlink: [], remove: [], create: [], link: [], settle: [], machines: [], ready: [] });
  });

  it('changes a route in its place', () => {
    const [step, ...others] = stepsOf(setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, '0.0.0.0/0', 'blackhole'))).settle;
    expect(others).toEqual([]);
    expect(step?.script).toMatch(/^ip -batch - <<'IP'\nroute replace blackhole 0\.0\.0\.0\/0 table \d+ \nIP\n$/u);
  });

  it('has the first rules of a namespace in its script, before everything else', () => {
    const { settle, machines } = difference(NOTHING, stateOf(labModel()));
    expect([...settle, ...machines].filter((step) => step.rules !== undefined || !step.script.startsWith('nft -f - <<'))).toEqual([]);
  });

  it('adds an instance without touching the others', () => {
    const steps = stepsOf(addInterface('eni-new', LAB.vpc1, LAB.publicSubnet, '10.0.1.30', [LAB.sg1]));
    expect(steps.create).toEqual([{ name: 'i6', owned: true }]);
    expect([...steps.settle, ...steps.machines].map((step) => step.namespace)).toEqual(['', 'v1', 'i6']);
    expect(steps.ready.map((step) => step.namespace).toSorted()).toEqual(['', 'v1']);
    expect([steps.unlink, steps.remove]).toEqual([[], []]);
  });

  it('takes the links of an instance that is off before its namespace', () => {
    const steps = stepsOf(setInterface(LAB.eni.one, { up: false }));
    expect(steps.remove).toEqual([{ name: 'i1', owned: true }]);
    expect(steps.unlink.map((step) => step.namespace).toSorted()).toEqual(['', 'v1']);
    // What stood on them went with them.
    expect(steps.settle.map((step) => step.script).join('')).not.toMatch(/del .*e-\d+/u);
  });

  it('makes a machine\'s state anew only when it is another', () => {
    const [numbers, remembered] = [layoutNumbers(), new Map()];
    const before = stateOf(labModel(), numbers, remembered);
    const after = stateOf(changed(setIngress(LAB.sg1), setInterface(LAB.eni.two, { secondaryAddresses: [{ privateIp: '10.0.1.77' }] })), numbers, remembered);
    expect(after.namespaces.get('i1')).toBe(before.namespaces.get('i1'));
    expect(after.namespaces.get('i2')).not.toBe(before.namespaces.get('i2'));
    const gone = stateOf(changed(setInterface(LAB.eni.one, { up: false })), numbers, remembered);
    expect([gone.namespaces.has('i1'), remembered.has('i1'), remembered.has('i2')]).toEqual([false, false, true]);
  });

  it('puts again what stands on a link that comes again', () => {
    const numbers = layoutNumbers();
    const attached = stateOf(labModel(), numbers);
    const detached = stateOf(changed(detachGateway), numbers);
    const text = textOf(detached, attached);
    expect(text).toContain('link add w-1');
    expect(text).toMatch(/route replace {2}0\.0\.0\.0\/0 table \d+ dev igw/u);
    expect(text).toContain('route replace  198.18.0.11 table 254 dev w-1');
  });
});

describe('Numbers', () => {
  it('gives the lowest, in the order of the keys, and keeps them', () => {
    const numbers = new Numbers();
    numbers.settle(['c', 'a']);
    numbers.settle(['b', 'c', 'a']);
    expect(['a', 'b', 'c'].map((key) => numbers.of(key))).toEqual([1, 3, 2]);
  });

  it('gives what became free only the next time', () => {
    const numbers = new Numbers();
    numbers.settle(['a']);
    numbers.settle(['b']);
    expect(numbers.of('b')).toBe(2);
    numbers.settle(['b', 'c']);
    expect(numbers.of('c')).toBe(1);
    expect(() => numbers.of('a')).toThrow('no number for a');
  });
});
