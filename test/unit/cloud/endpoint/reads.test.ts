import { describe, expect, it } from 'vitest';
import { createDispatcher } from '../../../../src/cloud/endpoint/dispatch.js';
import { filters, list, str, strOpt, structs, tags, valueAt } from '../../../../src/cloud/endpoint/input.js';
import type { Input, Operation, WireProtocol } from '../../../../src/cloud/endpoint/operation.js';
import { readMember, readWhole, tracked, unreadMember } from '../../../../src/cloud/endpoint/reads.js';
import { onlyDefault, unsupported } from '../../../../src/cloud/endpoint/unsupported.js';
import { createKeyRing } from '../../../../src/cloud/keys/key-ring.js';
import type { RegionRuntime } from '../../../../src/cloud/region.js';
import { Memory } from '../../../../src/cloud/state/memory.js';
import { table } from '../../../../src/cloud/state/store.js';

const unreadAfter = (input: Input, read: (input: Input) => void): string | undefined => {
  const request = tracked(input);
  read(request);
  return unreadMember(request);
};

describe('reads', () => {
  it.each<[string, Input, (input: Input) => void, string | undefined]>([
    ['all', { A: '1', B: ['x'] }, (input) => [str(input, 'A'), list(input, 'B')], undefined],
    ['not one', { A: '1', B: '2' }, (input) => str(input, 'A'), 'B'],
    ['a walk into a structure', { P: { Zone: 'a', Tenancy: 'default' } }, (input) => strOpt(input, 'P.Zone'), 'P.Tenancy'],
    ['a whole walk', { P: { Zone: 'a' } }, (input) => strOpt(input, 'P.Zone'), undefined],
    ['a structure nobody looked into', { P: { Zone: 'a' } }, () => undefined, 'P.Zone'],
    ['an empty structure', { P: {} }, () => undefined, 'P'],
    ['a list of structures', { Filter: [{ Name: 'a', Value: ['b'] }, { Name: 'c', Value: ['d'], Foo: 'e' }] }, (input) => filters(input), 'Filter.2.Foo'],
    ['tags', { Tag: [{ Key: 'a', Value: 'b' }] }, (input) => tags(input), undefined],
    ['a list that was counted only', { Items: [{ Name: 'a' }] }, (input) => structs(input, 'Items').length, 'Items.1.Name'],
    ['members that are absent', { A: undefined, B: null }, () => undefined, undefined],
    ['an empty list', { A: [] }, () => undefined, 'A'],
    ['false', { A: 'false' }, () => undefined, 'A'],
    ['a member whose name has a dot', { M: { 'a.b': ['1'] } }, (input) => readMember(valueAt(input, 'M') as Input, 'a.b'), undefined],
    ['a copy by spread', { A: '1', B: '2' }, (input) => { const copy = { ...input, C: '3' }; str(copy, 'A'); str(copy, 'B'); }, undefined],
    ['a whole', { A: { B: [{ C: { D: '1' } }] } }, (input) => readWhole(valueAt(input, 'A')), undefined],
    ['what was refused when given', { A: '1' }, (input) => unsupported(input, ['B']), 'A'],
    ['a default written out', { A: 'no' }, (input) => onlyDefault(input, { A: 'no' }), undefined],
  ])('of %s', (_, input, read, expected) => {
    expect(unreadAfter(input, read)).toBe(expected);
  });

  it('do not show: the copy has the same members, and JSON, and the original stays as it was', () => {
    const input = Object.freeze({ A: '1', B: Object.freeze([Object.freeze({ C: '2' })]) });
    const copy = tracked(input);
    expect(Object.keys(copy)).toEqual(['A', 'B']);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(input));
    expect(unreadMember(input)).toBeUndefined();
  });

  it('refuse to walk into what is no structure, and take the empty one of the query protocols', () => {
    expect(() => strOpt(tracked({ P: 'text' }), 'P.Zone')).toThrow('Value (text) for parameter P is invalid. Expected a structure.');
    expect(() => strOpt(tracked({ P: ['x'] }), 'P.Zone')).toThrow('Expected a structure');
    expect(unreadAfter({ P: '' }, (input) => strOpt(input, 'P.Zone'))).toBeUndefined();
    expect(strOpt({ P: 'text' }, 'P.Zone')).toBeUndefined();
  });

  it('refuse a default that is not given as it is', () => {
    expect(() => onlyDefault({ A: 'yes' }, { A: 'no' })).toThrow('The parameter A is not supported by the local cloud.');
  });
});

describe('the dispatcher', () => {
  const THINGS = table<{ name: string }>('test/thing');
  const dispatcher = (protocol: WireProtocol, operation: Operation) => {
    const memory = new Memory();
    const state = memory.scope('ap-northeast-1');
    const keys = createKeyRing({ accountId: '123456789012', now: Date.now, roleIdOf: () => undefined });
    const { internalContext } = createDispatcher({
      services: [{ name: 'things', protocol, operations: { Do: operation } }], keys, globalState: memory.scope('aws-global'), stateFor: () => state, runtime: {} as RegionRuntime, now: Date.now,
    });
    return { state, call: async (input: Input) => internalContext('ap-northeast-1').call('things', 'Do', input) };
  };
  const make: Operation = (input, { state }) => state.transact((tx) => {
    tx.put(THINGS, str(input, 'Name'), { name: str(input, 'Name') });
    return { Made: true };
  });

  it.each<[WireProtocol, string]>([['ec2', 'UnsupportedOperation'], ['query', 'ValidationError'], ['json', 'ValidationException']])('refuses what a %s operation did not read, and keeps nothing', async (protocol, code) => {
    const { state, call } = dispatcher(protocol, make);
    await expect(call({ Name: 'a', Colour: { Hue: 'red' } })).rejects.toMatchObject({ code, message: 'The parameter Colour.Hue is not supported by the local cloud.' });
    expect(state.list(THINGS)).toEqual([]);
    await expect(call({ Name: 'a' })).resolves.toEqual({ Made: true });
    expect(state.list(THINGS)).toEqual([{ name: 'a' }]);
  });

  it('refuses for an operation that only answers, also later', async () => {
    await expect(dispatcher('ec2', () => ({ All: true })).call({ Name: 'a' })).rejects.toMatchObject({ code: 'UnsupportedOperation' });
    await expect(dispatcher('ec2', async () => ({ All: true })).call({ Name: 'a' })).rejects.toMatchObject({ code: 'UnsupportedOperation' });
  });

  it('judges when the outermost transaction ends: one inside may come before the rest is read', async () => {
    const { state, call } = dispatcher('ec2', (input, context) => context.state.transact((tx) => {
      context.globalState.transact(() => undefined);
      tx.put(THINGS, 'x', { name: str(input, 'Name') });
      return {};
    }));
    await expect(call({ Name: 'late' })).resolves.toEqual({});
    expect(state.list(THINGS)).toEqual([{ name: 'late' }]);
  });
});
