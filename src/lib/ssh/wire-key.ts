/** Public keys in SSH's wire form (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4): a name, then what that kind of key consists of. */

/** How many strings or numbers a key of this kind has, its name among them. */
const PARTS: Readonly<Record<string, number>> = { 'ssh-ed25519': 2, 'ecdsa-sha2-nistp256': 3, 'ecdsa-sha2-nistp384': 3, 'ecdsa-sha2-nistp521': 3, 'ssh-rsa': 3, 'ssh-dss': 5 };

/** The fields of a sequence of length-prefixed ones; undefined where it does not end with the last of them. */
export function wireFields(data: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + data.readUInt32BE(at);
    if (end > data.length) return undefined;
    fields.push(data.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** `ssh-ed25519` …; undefined for what is no whole key of a kind that SSH servers have. */
export function wireKeyType(key: Buffer): string | undefined {
  const fields = wireFields(key);
  const type = fields?.[0]?.toString('latin1') ?? '';
  return fields !== undefined && PARTS[type] === fields.length ? type : undefined;
}

/** As people call it: `ED25519`, `ECDSA`, `RSA`. */
export const keyKind = (key: Buffer): string => (wireKeyType(key) ?? 'unknown').replace(/^ssh-|-sha2-.*$/gu, '').toUpperCase();
