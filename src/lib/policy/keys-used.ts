/** The condition keys that policies ask about, in conditions and in variables. */
import type { PolicyDocument } from './document.js';

export function keysUsed(documents: readonly PolicyDocument[]): string[] {
  const found = new Map<string, string>();
  const add = (key: string): void => {
    if (!found.has(key.toLowerCase())) found.set(key.toLowerCase(), key);
  };
  for (const { version, statements } of documents) {
    for (const statement of statements) {
      const texts = [...(statement.resources ?? []), ...(statement.notResources ?? [])];
      for (const keys of statement.conditions.values()) {
        for (const [key, operands] of keys) {
          add(key);
          texts.push(...operands);
        }
      }
      if (version !== '2012-10-17') continue;
      for (const text of texts) for (const [, name = ''] of text.matchAll(/\$\{\s*([^},]*?)\s*[},]/g)) if (name.includes(':')) add(name);
    }
  }
  return [...found.values()].toSorted();
}
