/** A pseudo-terminal's line discipline, as termios(3): canonical editing, echo, signals, ICRNL, ONLCR, window size. */
import type { Sink } from './open-file.js';
import { END_OF_FILE, OpenFile } from './open-file.js';
import { ByteQueue } from './pipe.js';
import { Gate } from './schedule.js';
import { decode } from '../../byte-text.js';

export interface Termios {
  canonical: boolean;
  echo: boolean;
  signals: boolean;
  /** ICRNL */
  returnToNewline: boolean;
  /** ONLCR, with OPOST */
  newlineToReturn: boolean;
}

export const COOKED: Termios = { canonical: true, echo: true, signals: true, returnToNewline: true, newlineToReturn: true };
export const RAW: Termios = { canonical: false, echo: false, signals: false, returnToNewline: false, newlineToReturn: false };

/** Longest line that canonical mode keeps; the rest is dropped (Linux: 4095, here roomier for pasted keys and blobs). */
const LONGEST_LINE = 1 << 20;
/** Unread input above which the sender gets no more credit. */
const HIGH_WATER = 1 << 16;
/** Echo that nobody reads is dropped beyond this. */
const ECHO_LIMIT = 1 << 18;

const INTR = 0x03;
const EOF = 0x04;
const ERASE_BS = 0x08;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const REPRINT = 0x12;
const KILL = 0x15;
const WORD_ERASE = 0x17;
const SUSP = 0x1a;
const QUIT = 0x1c;
const ERASE = 0x7f;

const NEWLINE_BYTES = Uint8Array.of(NEWLINE);

/** The line being typed. Beyond the longest line bytes are dropped, but never its end. */
class LineBuffer {
  private data = new Uint8Array(256);
  length = 0;

  get bytes(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
  append(piece: Uint8Array): void {
    const room = LONGEST_LINE - this.length + (piece === NEWLINE_BYTES ? 1 : 0);
    const kept = piece.length <= room ? piece : piece.subarray(0, room);
    if (this.length + kept.length > this.data.length) {
      const grown = new Uint8Array(Math.max(this.data.length * 2, this.length + kept.length));
      grown.set(this.bytes);
      this.data = grown;
    }
    this.data.set(kept, this.length);
    this.length += kept.length;
  }
  pop(): number {
    this.length -= 1;
    return this.data[this.length] ?? 0;
  }
  clear(): void {
    this.length = 0;
  }
}

export interface TtyOwner {
  /** To the foreground process group of the terminal. */
  signal(name: 'INT' | 'QUIT' | 'TSTP'): void;
}

export class Tty {
  termios: Termios = { ...COOKED };
  columns: number;
  rows: number;
  readonly name: string;
  foreground = 0;
  hungUp = false;
  private readonly output: Sink;
  private readonly owner: TtyOwner;
  private readonly changed = new Gate();
  private readonly ready = new ByteQueue();
  private readonly line = new LineBuffer();
  private endOfFile = 0;
  private owed: (() => void)[] = [];
  private echoQueue = '';

  constructor(name: string, columns: number, rows: number, output: Sink, owner: TtyOwner) {
    this.name = name;
    this.columns = columns;
    this.rows = rows;
    this.output = output;
    this.owner = owner;
  }

  /** Bytes from the keyboard. `accepted` is called once there is room for more. */
  input(bytes: Uint8Array, accepted: () => void): void {
    if (this.termios.canonical || this.termios.signals) this.cook(bytes);
    else this.ready.push(bytes);
    this.flushEcho();
    this.changed.open();
    if (this.ready.length < HIGH_WATER) accepted();
    else this.owed.push(accepted);
  }

  /** The keyboard side closed: readers get end of file. */
  hangUp(): void {
    this.hungUp = true;
    this.changed.open();
  }

  private cook(bytes: Uint8Array): void {
    let run = 0;
    const { canonical } = this.termios;
    const flushRun = (end: number): void => {
      if (end <= run) return;
      const piece = bytes.subarray(run, end);
      if (!canonical) this.ready.push(piece);
      else this.line.append(piece);
      this.echoRun(piece);
    };
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x20 && byte !== ERASE) continue;
      flushRun(at);
      run = at + 1;
      this.control(byte);
    }
    flushRun(bytes.length);
  }

  private control(raw: number): void {
    const byte = raw === RETURN && this.termios.returnToNewline ? NEWLINE : raw;
    if (this.termios.signals && (byte === INTR || byte === QUIT || byte === SUSP)) {
      this.line.clear();
      this.ready.clear();
      this.settle();
      if (this.termios.echo) this.echoText(byte === INTR ? '^C' : byte === QUIT ? '^\\' : '^Z');
      this.flushEcho();
      this.owner.signal(byte === INTR ? 'INT' : byte === QUIT ? 'QUIT' : 'TSTP');
      return;
    }
    if (!this.termios.canonical) {
      this.ready.push(Uint8Array.of(byte));
      this.echo(Uint8Array.of(byte));
      return;
    }
    switch (byte) {
      case NEWLINE:
        this.line.append(NEWLINE_BYTES);
        this.commitLine();
        if (this.termios.echo) this.echoText('\r\n');
        break;
      case EOF:
        if (this.line.length === 0) this.endOfFile += 1;
        else this.commitLine();
        break;
      case ERASE:
      case ERASE_BS:
        this.erase(1);
        break;
      case KILL:
        this.erase(this.line.length);
        break;
      case WORD_ERASE: {
        const text = decode(this.line.bytes);
        const kept = text.replace(/\S*\s*$/u, '');
        this.erase(Array.from(text).length - Array.from(kept).length);
        break;
      }
      case REPRINT:
        this.echoText(`^R\r\n${decode(this.line.bytes)}`);
        break;
      default:
        this.line.append(Uint8Array.of(byte));
        this.echo(Uint8Array.of(byte));
    }
  }

  /** Removes characters (not bytes) from the end of the line, on screen too. */
  private erase(characters: number): void {
    for (let count = 0; count < characters && this.line.length > 0; count += 1) {
      let byte = this.line.pop();
      const wide = byte < 0x20 ? 2 : 1;
      while (byte >= 0x80 && byte < 0xc0 && this.line.length > 0) byte = this.line.pop();
      if (this.termios.echo) this.echoText('\b \b'.repeat(wide));
    }
  }

  private commitLine(): void {
    this.ready.push(this.line.bytes.slice());
    this.line.clear();
  }

  /** Bytes that show as they are. */
  private echoRun(bytes: Uint8Array): void {
    if (this.termios.echo) this.echoRaw(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
  }

  private echo(bytes: Uint8Array): void {
    if (!this.termios.echo || bytes.length === 0) return;
    let text = '';
    for (const byte of bytes) text += byte === 0x09 || byte >= 0x20 ? String.fromCharCode(byte) : byte === NEWLINE ? '\r\n' : `^${String.fromCharCode(byte + 64)}`;
    this.echoRaw(text);
  }

  private echoText(text: string): void {
    this.echoRaw(Buffer.from(text, 'utf8').toString('latin1'));
  }

  private echoRaw(latin1: string): void {
    if (this.echoQueue.length < ECHO_LIMIT) this.echoQueue += latin1;
  }

  private flushEcho(): void {
    if (this.echoQueue === '') return;
    const bytes = Buffer.from(this.echoQueue, 'latin1');
    const taken = this.output.put(bytes);
    this.echoQueue = taken === bytes.length ? '' : this.echoQueue.slice(taken);
  }

  private settle(): void {
    const owed = this.owed;
    this.owed = [];
    for (const accepted of owed) accepted();
  }

  take(max: number): Uint8Array | undefined {
    if (this.ready.length === 0) {
      if (this.endOfFile > 0) {
        this.endOfFile -= 1;
        return END_OF_FILE;
      }
      return this.hungUp ? END_OF_FILE : undefined;
    }
    // Canonical reads end with the line: each line is one chunk of the queue.
    const data = this.ready.take(max);
    if (this.ready.length < HIGH_WATER) this.settle();
    return data;
  }

  unread(data: Uint8Array): void {
    this.ready.unshift(data);
    this.changed.open();
  }

  readable(): Promise<void> {
    return this.changed.wait();
  }

  /** Keystrokes that were typed ahead are treated by the new mode's rules. */
  setTermios(next: Termios): void {
    const was = this.termios;
    this.termios = { ...next };
    if (was.canonical === next.canonical) return;
    if (next.canonical) {
      const ahead = this.ready.drain();
      // What was typed ahead was not echoed when it came, and is not now, as on Linux.
      this.termios.echo = false;
      if (ahead.length > 0) this.cook(ahead);
      this.termios.echo = next.echo;
    } else {
      this.ready.push(this.line.bytes.slice());
      this.line.clear();
      while (this.endOfFile > 0) {
        this.ready.push(Uint8Array.of(EOF));
        this.endOfFile -= 1;
      }
    }
    this.changed.open();
  }

  put(data: Uint8Array): number {
    this.flushEcho();
    if (this.echoQueue !== '') return 0;
    if (!this.termios.newlineToReturn || !data.includes(NEWLINE)) return this.output.put(data);
    // In pieces, so that a count of translated bytes never has to be turned back.
    const piece = data.subarray(0, 32768);
    const text = Buffer.from(Buffer.from(piece).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    const taken = this.output.put(text);
    if (taken === 0) return 0;
    if (taken < text.length) this.echoQueue = text.subarray(taken).toString('latin1') + this.echoQueue;
    return piece.length;
  }

  writable(): Promise<void> {
    return this.output.writable();
  }

  broken(): boolean {
    return this.output.broken();
  }

  /** Resolves when everything that was written is on its way, or nobody reads any more. */
  async drained(): Promise<void> {
    this.flushEcho();
    while (this.echoQueue !== '' && !this.broken()) {
      await this.output.writable();
      this.flushEcho();
    }
  }

  close(): void {
    this.hangUp();
    this.output.end();
  }
}

/** A descriptor on a terminal. */
export class TtyFile extends OpenFile {
  readonly kind = 'terminal';
  readonly tty: Tty;
  private readonly whenClosed: (() => void) | undefined;
  constructor(tty: Tty, whenClosed?: () => void) {
    super();
    this.tty = tty;
    this.whenClosed = whenClosed;
  }
  override take(max: number): Uint8Array | undefined {
    return this.tty.take(max);
  }
  override readable(): Promise<void> {
    return this.tty.readable();
  }
  override put(data: Uint8Array): number {
    if (this.tty.broken()) return data.length;
    return this.tty.put(data);
  }
  override writable(): Promise<void> {
    return this.tty.writable();
  }
  override unread(data: Uint8Array): void {
    this.tty.unread(data);
  }
  protected override closed(): void {
    this.whenClosed?.();
  }
}
