/** Small numbers for ids: a name of the kernel's has 15 characters at most, and never a user's text. */

export class Numbers {
  readonly #numbers = new Map<string, number>();
  readonly #taken = new Set<number>();

  /**
   * Keeps what it knows, gives numbers to new keys in their own order, lowest first from 1, and takes back those of keys that
   * are gone: not for the new ones of the same time, so that what bears a number is not mistaken for what bore it before.
   */
  settle(keys: Iterable<string>): void {
    const wanted = new Set(keys);
    let free = 1;
    for (const key of [...wanted].filter((each) => !this.#numbers.has(each)).toSorted()) {
      while (this.#taken.has(free)) free++;
      this.#numbers.set(key, free);
      this.#taken.add(free);
    }
    for (const key of this.#numbers.keys()) if (!wanted.has(key)) this.#numbers.delete(key);
    this.#taken.clear();
    for (const number of this.#numbers.values()) this.#taken.add(number);
  }

  /** Has the key get another number the next time. */
  forget(key: string): void {
    this.#numbers.delete(key);
  }

  /** Throws for a key that was not settled. */
  of(key: string): number {
    const number = this.#numbers.get(key);
    if (number === undefined) throw new Error(`no number for ${key}`);
    return number;
  }
}
