/**
 * An `nft` that stays in each of the namespaces whose rules changed last. One that ends has the kernel wait until no processor
 * can still be looking at what it took away, 10 to 20 ms (its socket's end, `nft_rcv_nl_event`): the rules hold long before.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { nftScript } from '../plan/nft.js';
import type { RunResult } from './protocol.js';
import { NETWORK_NAMESPACES } from './protocol.js';
import type { Shells } from './shells.js';

/** That stay at once: some MB each. */
const MOST_STAYING = 4;
/** Characters that one is told in its life: it keeps all of them, as a history. */
const MOST_TOLD = 1_000_000;
/** Longer transactions are for one that ends; what it takes to start does not count there. */
const LONGEST = 60_000;

export class Rules {
  readonly #shells: Shells;
  /** By namespace, the one that was used last at the end. */
  readonly #staying = new Map<string, StayingNft>();
  /** Where `nft` was built without its interactive mode there is none. */
  #possible = true;

  constructor(shells: Shells) {
    this.#shells = shells;
  }

  /** Resolves when the transactions hold, one after the other; a status that is not 0 tells of the first that was refused. */
  async run(namespace: string, transactions: readonly string[]): Promise<RunResult> {
    let result: RunResult = { status: 0, stdout: '', stderr: '' };
    for (const transaction of transactions) {
      if (transaction.length <= LONGEST && await this.#taken(namespace, transaction)) continue;
      // Also what was refused: one that reads a file says where in it.
      result = await this.#shells.run(namespace, nftScript(transaction));
      if (result.status !== 0) break;
    }
    return result;
  }

  /** Ends those in these namespaces, which they would keep alive. */
  async leave(namespaces: readonly string[]): Promise<void> {
    await Promise.all(namespaces.map((namespace) => this.#end(namespace)));
  }

  async #taken(namespace: string, transaction: string): Promise<boolean> {
    if (!this.#possible) return false;
    const known = this.#staying.get(namespace);
    const nft = known ?? new StayingNft(namespace);
    this.#staying.delete(namespace);
    this.#staying.set(namespace, nft);
    // It has to know how to say that it is through.
    if (known === undefined && !await nft.takes('')) this.#possible = false;
    const taken = this.#possible && await nft.takes(transaction.trim().split('\n').join('; '));
    const [oldest] = this.#staying.keys();
    if (!taken || nft.told > MOST_TOLD) await this.#end(namespace);
    else if (this.#staying.size > MOST_STAYING && oldest !== undefined) await this.#end(oldest);
    return taken;
  }

  async #end(namespace: string): Promise<void> {
    const nft = this.#staying.get(namespace);
    this.#staying.delete(namespace);
    await nft?.end();
  }
}

class StayingNft {
  /** Characters so far. */
  told = 0;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #gone: Promise<void>;
  #output = '';
  #mark = '';
  #answer: (clean: boolean) => void = () => undefined;

  constructor(namespace: string) {
    const [program, args] = namespace === '' ? ['nft', ['-i']] : ['nsenter', [`--net=${NETWORK_NAMESPACES}/${namespace}`, 'nft', '-i']];
    // It reads and writes a history in its home, and whoever's key bindings.
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, HOME: '/proc', INPUTRC: '/dev/null', TERM: 'dumb' } });
    this.#process.stdout.resume();
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#process.stdin.on('error', () => undefined);
    this.#gone = new Promise((resolve) => {
      const onGone = (): void => {
        this.#answer(false);
        this.#answer = (): void => undefined;
        resolve();
      };
      this.#process.on('error', onGone).on('close', onGone);
    });
  }

  /** Whether it took one line without a word. It is silent about what it takes, so a word that it does not know shows that it is through. */
  takes(line: string): Promise<boolean> {
    this.#mark = `end-${randomBytes(12).toString('hex')}`;
    this.told += line.length;
    const answered = new Promise<boolean>((resolve) => (this.#answer = resolve));
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve(false);
    this.#process.stdin.write(`${line}\n${this.#mark}\n`);
    return answered;
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#gone;
  }

  #hear(text: string): void {
    this.#output += text;
    const end = this.#output.indexOf(`\n${this.#mark}\n`);
    if (this.#mark === '' || end < 0) return;
    const said = this.#output.slice(0, end).split('\n').filter((line) => !/^[\s^~]*$/u.test(line));
    this.#output = this.#output.slice(end + this.#mark.length + 2);
    this.#mark = '';
    // The one line is about the word that it does not know; what underlines that comes behind it.
    this.#answer(said.length === 1);
  }
}
