/**
 * The bytes of objects: one file a body in a folder of the state that is nobody else's (0700). A file is on disk for good
 * before the record that names it is journalled; a file that no record names is swept at the next start.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, openSync, closeSync, readdirSync, readSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { StreamedBody } from '../../endpoint/reply.js';
import type { BodySink } from '../../endpoint/rest/interface.js';
import type { FilePart } from './records.js';

/** A run of bytes of one file. */
interface Slice {
  readonly file: string;
  readonly start: number;
  readonly length: number;
}

export interface ObjectFiles {
  openSink(): Promise<BodySink>;
  /** Writes bytes that are at hand, and returns the file's name. */
  write(bytes: Uint8Array): Promise<string>;
  /** The bytes [start, start + length) of the parts together. */
  read(parts: readonly FilePart[], start: number, length: number): Buffer;
  /** The same for a client to take at its own speed; the files stay until it has, whoever deletes the object. */
  stream(parts: readonly FilePart[], start: number, length: number): StreamedBody;
  /** Writes [start, start + length) of the parts to one new file. */
  copy(parts: readonly FilePart[], start: number, length: number): Promise<{ readonly part: FilePart; readonly md5: string }>;
  /** Removes files whose records are gone, once nobody reads them. */
  remove(parts: readonly FilePart[]): void;
  /** Removes every file but those named. */
  sweep(named: ReadonlySet<string>): void;
}

export function createObjectFiles(folder: string): ObjectFiles {
  const readers = new Map<string, number>();
  const doomed = new Set<string>();
  let made = false;
  const pathOf = (file: string): string => join(folder, file);
  const make = (): void => {
    if (!made) mkdirSync(folder, { recursive: true, mode: 0o700 });
    made = true;
  };
  const unlink = (file: string): void => {
    if (readers.has(file)) doomed.add(file);
    else rmSync(pathOf(file), { force: true });
  };
  const release = (file: string): void => {
    const left = (readers.get(file) ?? 1) - 1;
    if (left > 0) {
      readers.set(file, left);
      return;
    }
    readers.delete(file);
    if (doomed.delete(file)) unlink(file);
  };

  const openSink = async (): Promise<BodySink> => {
    make();
    const file = randomUUID();
    const handle = await open(pathOf(file), 'wx', 0o600);
    let closed = false;
    const close = async (): Promise<void> => {
      if (!closed) await handle.close();
      closed = true;
    };
    return {
      file,
      write: async (chunk) => {
        for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
      },
      finish: async () => {
        await handle.sync();
        await close();
      },
      discard: async () => {
        await close();
        await rm(pathOf(file), { force: true });
      },
    };
  };

  const stream: ObjectFiles['stream'] = (parts, start, length) => {
    const slices = slicesOf(parts, start, length);
    for (const { file } of slices) readers.set(file, (readers.get(file) ?? 0) + 1);
    const end = (): void => {
      for (const { file } of slices) release(file);
    };
    return {
      size: length,
      open: () => Readable.from((async function* bytes(): AsyncGenerator<Buffer> {
        try {
          for (const slice of slices) yield* createReadStream(pathOf(slice.file), { start: slice.start, end: slice.start + slice.length - 1 }) as AsyncIterable<Buffer>;
        } finally {
          end();
        }
      })()),
      release: end,
    };
  };

  return {
    openSink,
    write: async (bytes) => {
      const sink = await openSink();
      await sink.write(bytes);
      await sink.finish();
      return sink.file;
    },
    read: (parts, start, length) => {
      const bytes = Buffer.alloc(length);
      let filled = 0;
      for (const slice of slicesOf(parts, start, length)) {
        const file = openSync(pathOf(slice.file), 'r');
        try {
          for (let done = 0; done < slice.length;) {
            const count = readSync(file, bytes, filled, slice.length - done, slice.start + done);
            if (count === 0) throw new Error(`object file ${slice.file} is shorter than its record says`);
            done += count;
            filled += count;
          }
        } finally {
          closeSync(file);
        }
      }
      return bytes;
    },
    stream,
    copy: async (parts, start, length) => {
      const sink = await openSink();
      const md5 = createHash('md5');
      try {
        for await (const chunk of stream(parts, start, length).open() as AsyncIterable<Buffer>) {
          md5.update(chunk);
          await sink.write(chunk);
        }
        await sink.finish();
      } catch (error) {
        await sink.discard();
        throw error;
      }
      return { part: { file: sink.file, size: length }, md5: md5.digest('hex') };
    },
    remove: (parts) => {
      for (const { file } of parts) unlink(file);
    },
    sweep: (named) => {
      make();
      for (const file of readdirSync(folder)) if (!named.has(file)) rmSync(pathOf(file), { force: true, recursive: true });
    },
  };
}

function slicesOf(parts: readonly FilePart[], start: number, length: number): Slice[] {
  const slices: Slice[] = [];
  let at = 0;
  for (const { file, size } of parts) {
    const from = Math.max(start, at);
    const to = Math.min(start + length, at + size);
    if (from < to) slices.push({ file, start: from - at, length: to - from });
    at += size;
  }
  return slices;
}
