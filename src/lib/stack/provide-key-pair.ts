/** The key pair of a stack that is going to be made: a new one of its own, whose name no two people share, or one of the user's, which is only looked at. */
import { SsmlabError } from '../errors.js';
import type { StackApi } from './api.js';
import type { DeployEvent, DeployOptions } from './deploy.js';
import { checkKeyPair } from './existing-key-pair.js';
import { importKey, isKeyHere, isKeyThere, keyNameOf, localKey } from './key-pair.js';
import { AGAIN, failing } from './plan.js';

export interface ProvidedKeyPair {
  readonly event: Extract<DeployEvent, { kind: 'key-pair' }>;
  /** When no stack of ours is going to use it. */
  readonly undo: () => Promise<void>;
  /** Before the plan is carried out: while somebody looked at it, another process may have taken the pair away. */
  readonly ready: (stackId: string) => Promise<void>;
}

/** Provides it. What was made for it is gone again when that fails. */
export async function provideKeyPair(api: StackApi, { stack, keyFile, keyPair, makeFolder, dropFolder }: DeployOptions): Promise<ProvidedKeyPair> {
  if (keyPair !== undefined) {
    await checkKeyPair(api, keyPair, stack);
    return { event: { kind: 'key-pair', keyName: keyPair.keyName, from: 'user' }, undo: async () => undefined, ready: async () => undefined };
  }
  await makeFolder();
  const { publicKey, made } = await localKey(keyFile, `${stack}-key`);
  const keyName = keyNameOf(stack, publicKey);
  // Also one that an attempt of before has brought there: nobody else has this key. Of a call that failed nobody knows whether it was carried out.
  const undo = async (): Promise<void> => {
    if (await isKeyThere(api, keyName, publicKey)) await api.deleteKeyPair(keyName);
    if (made) await dropFolder?.();
  };
  await importKey(api, keyName, publicKey).catch((error: unknown) => failing(error, undo));
  const ready = async (stackId: string): Promise<void> => {
    // Its private half goes with a process of the same user that did not carry its plan out.
    if (!(await isKeyHere(keyFile, publicKey))) throw new SsmlabError('stack-busy', `another process has taken the key of the stack "${stack}" away meanwhile`, { hint: AGAIN });
    if (await isKeyThere(api, keyName, publicKey)) return;
    if ((await api.findStack(stackId))?.StackStatus !== 'REVIEW_IN_PROGRESS') throw new SsmlabError('stack-busy', `another process has made the stack "${stack}" meanwhile`, { hint: AGAIN });
    await importKey(api, keyName, publicKey);
  };
  return { event: { kind: 'key-pair', keyName, from: made ? 'made' : 'kept' }, undo, ready };
}
