/** Names in a sentence: all of a few, else the first of them and how many more there are. */
export function few(names: readonly string[], most = 8): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}
