/** A file that an SFTP client holds open, and what became of the writes to it. */
import type { GuestFiles } from '../guest.js';

/**
 * OpenSSH's clients have 64 writes on the way and, as 9.2 was seen to do, heed the last answer alone: one that failed among
 * others that did not would be a hole in the file, and scp's status 0. So with its first failed write all later ones of an
 * open file fail, and closing it does.
 */
export class OpenFile {
  readonly kind = 'file';
  readonly path: string;
  readonly #files: GuestFiles;
  readonly #append: boolean;
  readonly #underWay = new Set<Promise<void>>();
  /** Where the next append goes, while others are under way. */
  #end = Promise.resolve(0);
  #failed: Error | undefined;

  constructor(files: GuestFiles, path: string, append: boolean) {
    this.#files = files;
    this.path = path;
    this.#append = append;
  }

  /** Throws also when an earlier write has failed. Appends go to the file's end, in the order of the calls. */
  async write(offset: number, data: Buffer): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    const written = this.#write(offset, data);
    this.#underWay.add(written);
    try {
      await written;
    } catch (error) {
      this.#failed ??= error as Error;
    } finally {
      this.#underWay.delete(written);
    }
    if (this.#failed !== undefined) throw this.#failed;
  }

  async #write(offset: number, data: Buffer): Promise<void> {
    await this.#files.write(this.path, this.#append ? await this.#place(data.length) : offset, data);
  }

  #place(length: number): Promise<number> {
    const place = this.#underWay.size === 0 ? this.#files.stat(this.path).then(({ size }) => size) : this.#end;
    this.#end = place.then((start) => start + length);
    // Who waits for the place hears of it.
    this.#end.catch(() => undefined);
    return place;
  }

  /** When all writes have come to their end; throws when one has failed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    if (this.#failed !== undefined) throw this.#failed;
  }
}
