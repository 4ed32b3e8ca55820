/** Escapes of a shell session, as ssh has them: after a newline `~.` leaves, `~?` helps, `~~` is one tilde. */

/** What to do with typed bytes, in order. */
export type Typed = { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'leave' } | { readonly kind: 'help' };

/** For a raw terminal, after `~?`. */
export const ESCAPE_HELP = '~?\r\nescapes, after a newline:\r\n  ~.  leave the session\r\n  ~~  send one tilde\r\n  ~?  this text\r\n';

const TILDE = 0x7e;

const isLineEnd = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a;

/** Feed it every chunk that is typed. A tilde at a line's start is held until the next byte says what it means. */
export class EscapeFilter {
  #lineStart = true;
  #tilde = false;

  /** Whether a byte that is typed by itself means itself alone: it is taken in then, and need not be pushed. */
  passes(byte: number): boolean {
    if (this.#tilde || byte === TILDE) return false;
    this.#lineStart = isLineEnd(byte);
    return true;
  }

  push(chunk: Buffer): Typed[] {
    // As almost all is.
    if (!this.#tilde && chunk.length > 0 && !chunk.includes(TILDE)) {
      this.#lineStart = isLineEnd(chunk.at(-1));
      return [{ kind: 'bytes', bytes: chunk }];
    }
    const actions: Typed[] = [];
    let bytes: number[] = [];
    const flush = (): void => {
      if (bytes.length > 0) actions.push({ kind: 'bytes', bytes: Buffer.from(bytes) });
      bytes = [];
    };
    for (const byte of chunk) {
      if (this.#tilde) {
        this.#tilde = false;
        if (byte === 0x2e) {
          flush();
          actions.push({ kind: 'leave' });
          return actions;
        }
        if (byte === 0x3f) {
          flush();
          actions.push({ kind: 'help' });
          this.#lineStart = true;
          continue;
        }
        bytes.push(TILDE);
        this.#lineStart = false;
        if (byte === TILDE) continue;
      } else if (this.#lineStart && byte === TILDE) {
        this.#tilde = true;
        continue;
      }
      bytes.push(byte);
      this.#lineStart = isLineEnd(byte);
    }
    flush();
    return actions;
  }

  /** What is held when the input ends. */
  end(): Buffer {
    const held = this.#tilde ? Buffer.from([TILDE]) : Buffer.alloc(0);
    this.#tilde = false;
    return held;
  }
}
