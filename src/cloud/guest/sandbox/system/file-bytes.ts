/**
 * Bytes of a file in blocks, so that one that grows is not copied over and over. Blocks that were never written are holes
 * and read as zeros; the first one begins small, since most files are.
 */
const BLOCK = 256 * 1024;
const SMALLEST = 64;

export class FileBytes {
  readonly #blocks: (Uint8Array | undefined)[] = [];
  #allocated = 0;

  /** Bytes that it takes, with what is kept for growth. */
  get allocated(): number {
    return this.#allocated;
  }

  /** A copy of [from, to); what lies in holes or beyond is zeros. */
  read(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, to - from));
    for (let at = from; at < to;) {
      const start = at % BLOCK;
      const length = Math.min(BLOCK - start, to - at);
      const block = this.#blocks[Math.floor(at / BLOCK)];
      if (block !== undefined) bytes.set(block.subarray(start, start + length), at - from);
      at += length;
    }
    return bytes;
  }

  /** Calls `charge` with the bytes that it will take more, before anything is changed; what that throws is thrown. */
  write(offset: number, data: Uint8Array, charge: (more: number) => void): void {
    if (data.length === 0) return;
    const end = offset + data.length;
    const [first, last] = [Math.floor(offset / BLOCK), Math.floor((end - 1) / BLOCK)];
    const sizes = new Map<number, number>();
    let more = 0;
    for (let index = first; index <= last; index += 1) {
      const has = this.#blocks[index]?.length ?? 0;
      const needs = sizeFor(index, Math.min(BLOCK, end - index * BLOCK));
      if (needs <= has) continue;
      sizes.set(index, needs);
      more += needs - has;
    }
    charge(more);
    this.#allocated += more;
    for (const [index, size] of sizes) {
      const grown = new Uint8Array(size);
      const block = this.#blocks[index];
      if (block !== undefined) grown.set(block);
      this.#blocks[index] = grown;
    }
    for (let at = offset; at < end;) {
      const start = at % BLOCK;
      const length = Math.min(BLOCK - start, end - at);
      this.#blocks[Math.floor(at / BLOCK)]?.set(data.subarray(at - offset, at - offset + length), start);
      at += length;
    }
  }

  /** Forgets what is beyond `size`; `charge` is told, as a negative number, what that gives back. */
  cut(size: number, charge: (more: number) => void): void {
    const kept = Math.ceil(size / BLOCK);
    const before = this.#allocated;
    for (const block of this.#blocks.splice(kept)) this.#allocated -= block?.length ?? 0;
    if (kept > 0) this.#blocks[kept - 1]?.fill(0, size - (kept - 1) * BLOCK);
    charge(this.#allocated - before);
  }
}

function sizeFor(index: number, needed: number): number {
  if (index > 0) return BLOCK;
  let size = SMALLEST;
  while (size < needed) size *= 2;
  return Math.min(size, BLOCK);
}
