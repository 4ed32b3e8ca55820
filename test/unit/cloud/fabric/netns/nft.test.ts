import { describe, expect, it } from 'vitest';
import { type NftTable, nftMap, nftSet, nftTransactions, NO_TABLE } from '../../../../../src/cloud/fabric/netns/plan/nft.js';

const table = (sets: NftTable['sets'] extends ReadonlyMap<string, infer S> ? Record<string, S> : never, chains: Record<string, readonly string[]>): NftTable => ({
  timeouts: new Map(),
  sets: new Map(Object.entries(sets)),
  chains: new Map(Object.entries(chains).map(([name, rules]) => [name, name === 'base' ? { hook: 'type filter hook forward priority 0; policy drop;', rules } : { rules }])),
});

const lines = (before: NftTable, after: NftTable): string[] => nftTransactions('t', before, after).join('').trim().split('\n');

describe('nftTransactions', () => {
  const one = table({ members: nftSet('ipv4_addr', ['10.0.0.1', '10.0.0.2']), ways: nftMap('ifname : verdict', [['"e-1"', 'goto a']]) }, { a: ['tcp dport 22 accept'], base: ['iifname vmap @ways'] });

  it('is empty between equals', () => {
    expect(nftTransactions('t', one, structuredClone(one))).toEqual([]);
  });

  it('makes sets and chains before what speaks of them', () => {
    expect(lines(NO_TABLE, one)).toEqual([
      'add table ip t',
      'add set ip t members { type ipv4_addr; }', 'add map ip t ways { type ifname : verdict; }',
      'add chain ip t a',
      'add element ip t members { 10.0.0.1, 10.0.0.2 }', 'add element ip t ways { "e-1" : goto a }',
      'add rule ip t a tcp dport 22 accept',
      'add chain ip t base { type filter hook forward priority 0; policy drop; }', 'add rule ip t base iifname vmap @ways',
    ]);
  });

  it('touches what differs and nothing else', () => {
    const after = table({ members: nftSet('ipv4_addr', ['10.0.0.2', '10.0.0.3']), ways: nftMap('ifname : verdict', [['"e-1"', 'goto a']]) }, { a: ['tcp dport 22 accept', 'tcp dport 80 accept'], base: ['iifname vmap @ways'] });
    expect(lines(one, after)).toEqual([
      'delete element ip t members { 10.0.0.1 }', 'add element ip t members { 10.0.0.3 }',
      'flush chain ip t a', 'add rule ip t a tcp dport 22 accept', 'add rule ip t a tcp dport 80 accept',
    ]);
  });

  it('lets go of a chain before it deletes it', () => {
    const after = table({ members: nftSet('ipv4_addr', []), ways: nftMap('ifname : verdict', [['"e-1"', 'goto b']]) }, { b: ['drop'], base: ['iifname vmap @ways'] });
    const text = lines(one, after);
    expect(text.indexOf('delete element ip t ways { "e-1" : goto a }')).toBeLessThan(text.indexOf('add element ip t ways { "e-1" : goto b }'));
    expect(text.indexOf('add chain ip t b')).toBeLessThan(text.indexOf('add element ip t ways { "e-1" : goto b }'));
    expect(text.at(-1)).toBe('delete chain ip t a');
  });

  it('takes timeouts in and out with their rules', () => {
    const timed = { ...table({}, { base: ['ct timeout set "tcp_60"'] }), timeouts: new Map([['tcp_60', 60]]) };
    const plain = table({}, { base: [] });
    expect(lines(plain, timed)).toEqual(['add ct timeout ip t tcp_60 { protocol tcp; l3proto ip; policy = { established : 60 }; }', 'flush chain ip t base', 'add rule ip t base ct timeout set "tcp_60"']);
    expect(lines(timed, plain)).toEqual(['flush chain ip t base', 'delete ct timeout ip t tcp_60']);
  });

  it('writes large sets in several lines', () => {
    const many = Array.from({ length: 120 }, (_, index) => `10.0.${index}.1`);
    expect(lines(NO_TABLE, table({ members: nftSet('ipv4_addr', many) }, {})).filter((line) => line.startsWith('add element'))).toHaveLength(3);
  });

  it('prepares what does not fit one message, and changes what holds by one transaction', () => {
    const long = (from: number): string[] => Array.from({ length: 600 }, (_, index) => `tcp dport ${from + index} accept`);
    const before = table({}, { base: ['jump old'], old: ['drop'] });
    const after = table({ members: nftSet('ipv4_addr', ['10.0.0.1']) }, { base: ['jump long'], long: long(1) });
    const transactions = nftTransactions('t', before, after).map((each) => each.trim().split('\n'));
    expect(transactions.length).toBeGreaterThan(2);
    expect(transactions.slice(0, -1).flat().filter((each) => !/^add (?:set|element|chain)|^add rule ip t long /u.test(each))).toEqual([]);
    expect(transactions.at(-1)).toEqual(expect.arrayContaining(['flush chain ip t base', 'flush chain ip t old', 'add rule ip t base jump long', 'delete chain ip t old']));
  });

  it('changes each set in one piece, and leaves what packets came by until they do not', () => {
    const ports = (from: number): string[] => Array.from({ length: 600 }, (_, index) => `tcp dport ${from + index} accept`);
    const ways = (way: string): NftTable => table({ ways: nftMap('ifname : verdict', Array.from({ length: 400 }, (_, index) => [`"e-${index}"`, `goto ${way}`])), members: nftSet('ipv4_addr', Array.from({ length: 900 }, (_, index) => `10.${way === 'a' ? 1 : 2}.${index >> 8}.${index & 255}`)) }, { [way]: ports(way === 'a' ? 1 : 1000), base: ['iifname vmap @ways'] });
    const transactions = nftTransactions('t', ways('a'), ways('b'));
    const turns = transactions.flatMap((each, index) => (each.includes(' ways ') ? [index] : []));
    expect(turns).toHaveLength(1);
    const [turn = 0] = turns;
    expect(transactions.findLastIndex((each) => each.includes('add rule ip t b '))).toBeLessThanOrEqual(turn);
    expect(transactions.findIndex((each) => each.includes('chain ip t a'))).toBeGreaterThanOrEqual(turn);
    expect(transactions.filter((each) => each.includes(' members '))).toHaveLength(1);
  });
});
