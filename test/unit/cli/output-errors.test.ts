import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { keepOutputErrors } from '../../../src/cli/output-errors.js';

/** A stream whose every write fails. */
const failing = (code: string): Writable => new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });

describe('stdout that takes no more, while a command on an instance runs', () => {
  it.each([['ENOSPC', 'the output cannot be written: no space is left on the device'], ['EXDEV', 'the output cannot be written: EXDEV']])('%s is told in words', async (code, message) => {
    const stream = failing(code);
    const taken = keepOutputErrors(stream);
    stream.write('hi');
    await expect(taken()).rejects.toMatchObject({ code: 'output-failed', message });
  });

  it('is nothing where its reader has left, nor where all was taken', async () => {
    const stream = failing('EPIPE');
    const taken = keepOutputErrors(stream);
    stream.write('hi');
    await expect(taken()).resolves.toBeUndefined();
    await expect(keepOutputErrors(new Writable({ write: (_chunk, _encoding, done) => done() }))()).resolves.toBeUndefined();
  });

  it.skipIf(!existsSync('/dev/full'))('is a full disk, as a file that stdout leads to says it', async () => {
    const file = openSync('/dev/full', 'w');
    // As Node's own stdout writes to a file: at once, and the error comes by itself.
    const stream = new Writable({ write(chunk: Buffer, _encoding, done) {
      try {
        writeSync(file, chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    } });
    const taken = keepOutputErrors(stream);
    stream.write('hi');
    await expect(taken()).rejects.toMatchObject({ code: 'output-failed', message: 'the output cannot be written: no space is left on the device' });
    closeSync(file);
  });
});
