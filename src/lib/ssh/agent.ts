/** ssh-agent: one key of it and no other, as `IdentitiesOnly` has it, so that sshd is not shown all that one has. Never forwarded. */
import ssh2, { type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

/** The agent where it has the key; else why not, as a clause. */
export type AgentLook = { readonly agent: InstanceType<typeof ssh2.BaseAgent> } | { readonly why: string };

class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: InstanceType<typeof ssh2.BaseAgent>;
  readonly #key: ParsedKey;

  constructor(agent: InstanceType<typeof ssh2.BaseAgent>, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.#key = key;
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.#key]);
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, done);
  }
}

/** Looks for a public key (wire form) in the agent of `SSH_AUTH_SOCK`. */
export async function lookInAgent(publicKey: Buffer, environment: NodeJS.ProcessEnv = process.env): Promise<AgentLook> {
  const socket = environment['SSH_AUTH_SOCK'] ?? '';
  if (socket === '') return { why: 'no ssh-agent runs (SSH_AUTH_SOCK is not set)' };
  const agent = ssh2.createAgent(socket);
  const keys = await new Promise<readonly ParsedKey[] | Error>((resolve) => {
    agent.getIdentities((error, found) => resolve(error ?? (found ?? []).flatMap((key) => {
      const each = typeof key === 'string' || Buffer.isBuffer(key) ? ssh2.utils.parseKey(key) : key;
      return each instanceof Error || !('getPublicSSH' in each) ? [] : [each];
    })));
  });
  if (keys instanceof Error) return { why: `the ssh-agent at ${socket} does not answer (${keys.message})` };
  const mine = keys.find((key) => key.getPublicSSH().equals(publicKey));
  return mine === undefined ? { why: `ssh-agent has ${keys.length === 0 ? 'no key' : keys.length === 1 ? 'one key, and not this one' : `${keys.length} keys, and not this one`}` } : { agent: new OneKeyAgent(agent, mine) };
}
