import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileBytes } from '../../../../../../src/cloud/guest/sandbox/system/file-bytes.js';

const BLOCK = 256 * 1024;

describe('the bytes of a file', () => {
  it('are those of a plain array, whatever is written, cut and read where', () => {
    const offset = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: BLOCK - 200, max: BLOCK + 200 }), fc.integer({ min: 0, max: 3 * BLOCK }));
    const write = fc.record({ kind: fc.constant('write' as const), offset, length: fc.integer({ min: 0, max: BLOCK + 500 }), byte: fc.integer({ min: 1, max: 255 }) });
    const cut = fc.record({ kind: fc.constant('cut' as const), offset });
    fc.assert(fc.property(fc.array(fc.oneof(write, cut), { maxLength: 12 }), (steps) => {
      const bytes = new FileBytes();
      const plain = new Uint8Array(5 * BLOCK);
      let charged = 0;
      const charge = (more: number): void => void (charged += more);
      for (const step of steps) {
        if (step.kind === 'write') {
          bytes.write(step.offset, new Uint8Array(step.length).fill(step.byte), charge);
          plain.fill(step.byte, step.offset, step.offset + step.length);
        } else {
          bytes.cut(step.offset, charge);
          plain.fill(0, step.offset);
        }
        expect(charged).toBe(bytes.allocated);
      }
      expect(Buffer.compare(bytes.read(0, plain.length), plain)).toBe(0);
      expect(Buffer.compare(bytes.read(BLOCK - 3, BLOCK + 3), plain.subarray(BLOCK - 3, BLOCK + 3))).toBe(0);
    }), { numRuns: 60 });
  });

  it('take little for a small file, and a block at a time for a large one', () => {
    const bytes = new FileBytes();
    bytes.write(0, new Uint8Array(10), () => undefined);
    expect(bytes.allocated).toBe(64);
    bytes.write(10, new Uint8Array(10 * BLOCK), () => undefined);
    expect(bytes.allocated).toBe(11 * BLOCK);
  });

  it('are as they were when there is no room', () => {
    const bytes = new FileBytes();
    bytes.write(0, Uint8Array.of(1, 2, 3), () => undefined);
    const full = (): void => {
      throw new Error('ENOSPC');
    };
    expect(() => bytes.write(1, new Uint8Array(BLOCK).fill(9), full)).toThrow('ENOSPC');
    expect([...bytes.read(0, 4)]).toEqual([1, 2, 3, 0]);
    expect(bytes.allocated).toBe(64);
  });
});
