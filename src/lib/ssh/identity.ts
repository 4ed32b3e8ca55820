/** The key that one logs in with: from its file, from ssh-agent, or from a file that its owner unlocks. */
import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { SsmlabError } from '../errors.js';
import { shellQuote } from '../report/shell-quote.js';
import { lookInAgent } from './agent.js';
import { type KeyFile, readKeyFile, unlocked } from './key-file.js';
import { describeKey } from './key-pair.js';
import type { Questions } from './questions.js';

export interface Identity {
  /** Wire form. */
  readonly publicKey: Buffer;
  /** `ED25519 SHA256:… from FILE`, `… from ssh-agent`. */
  readonly said: string;
  readonly holder: { readonly key: ParsedKey } | { readonly agent: InstanceType<typeof ssh2.BaseAgent> };
}

export interface IdentityOptions {
  readonly keyFile: string;
  /** Public half of the key pair that is wanted (wire form), where the file is not here to tell. */
  readonly wanted?: (() => Promise<Buffer | undefined>) | undefined;
  readonly ask?: Questions | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** As often as ssh asks for a passphrase. */
const TRIES = 3;

const fromFile = (file: KeyFile, key: ParsedKey): Identity => ({ publicKey: key.getPublicSSH(), said: `${describeKey(key.getPublicSSH())} from ${file.path}`, holder: { key } });

async function byPassphrase(file: KeyFile, ask: Questions): Promise<Identity> {
  for (let wrong = 0; wrong < TRIES; wrong++) {
    const key = unlocked(file, await ask.passphrase(file.path, wrong));
    if (key !== undefined) return fromFile(file, key);
  }
  throw new SsmlabError('key-unusable', `the key file ${file.path} is encrypted, and none of ${TRIES} passphrases opens it`, { hint: `\`ssh-keygen -y -f ${shellQuote(file.path)}\` tries one without connecting` });
}

/**
 * The identity. A key that lies open is taken as it is; what is encrypted, or only known by its public half, is looked for in
 * ssh-agent first, and then asked for. Errors as `readKeyFile` has them, and `key-unusable` where nobody can be asked.
 */
export async function openIdentity({ keyFile, wanted, ask, environment }: IdentityOptions): Promise<Identity> {
  let missing: unknown;
  const file = await readKeyFile(keyFile).catch((error: unknown) => {
    if (!(error instanceof SsmlabError) || error.code !== 'key-missing') throw error;
    missing = error;
    return undefined;
  });
  if (file?.holds === 'private') {
    const key = unlocked(file);
    if (key !== undefined) return fromFile(file, key);
  }
  const publicKey = file?.publicKey ?? (file === undefined ? await wanted?.() : undefined);
  const look = publicKey === undefined ? { why: 'which key it is in ssh-agent is not known without its public half' } : await lookInAgent(publicKey, environment);
  if ('agent' in look && publicKey !== undefined) return { publicKey, said: `${describeKey(publicKey)} from ssh-agent`, holder: { agent: look.agent } };
  const why = 'why' in look ? look.why : '';
  if (file === undefined) throw missing;
  if (file.holds === 'public') {
    throw new SsmlabError('key-unusable', `the file ${keyFile} holds a public key only, and ${why}`, { hint: 'add its private half to ssh-agent with `ssh-add`, or pass the private half by --identity FILE' });
  }
  if (ask === undefined) {
    throw new SsmlabError('key-unusable', `the key file ${keyFile} is encrypted, nobody can be asked for its passphrase, and ${why}`, { hint: `run \`ssh-add ${shellQuote(keyFile)}\` where ssh-agent runs, then this again; or run it in a terminal` });
  }
  return byPassphrase(file, ask);
}
