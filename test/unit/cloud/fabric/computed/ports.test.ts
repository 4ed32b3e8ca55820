import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortTable } from '../../../../../src/cloud/fabric/computed/ports.js';

describe('PortTable', () => {
  it('goes up from the bottom, round and round, and per owner', () => {
    const table = new PortTable({ from: 10, to: 12 });
    expect([table.take('a', 'x'), table.take('a', 'x'), table.take('b', 'x'), table.take('a', 'y'), table.take('a', 'x')]).toEqual([10, 11, 10, 12, 12]);
    expect(table.take('a', 'x')).toBeUndefined();
    table.release('a', 'x', 11);
    expect(table.take('a', 'x')).toBe(11);
  });

  it('keeps to its limit for one destination (N10)', () => {
    const table = new PortTable({ from: 1, to: 100 }, 2);
    expect([table.take('nat', 'x'), table.take('nat', 'x'), table.take('nat', 'x'), table.take('nat', 'y')]).toEqual([1, 2, undefined, 3]);
  });

  it('never gives one port twice to one destination', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(5))), (steps) => {
      const table = new PortTable({ from: 1, to: 4 });
      const used: number[] = [];
      for (const [take, which] of steps) {
        if (take) {
          const port = table.take('o', 'd');
          expect(port === undefined).toBe(used.length === 4);
          if (port !== undefined) {
            expect(used).not.toContain(port);
            used.push(port);
          }
        } else {
          const [port] = used.splice(which % Math.max(1, used.length), 1);
          if (port !== undefined) table.release('o', 'd', port);
        }
      }
    }));
  });
});
