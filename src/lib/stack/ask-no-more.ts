/** After an interrupt nothing more is asked for: what makes something is not called any more, what looks and takes back is. */
import type { StackApi } from './api.js';

/** What is being asked for: something that is taken back when it comes to nothing more, or what CloudFormation then carries out without anybody. */
export type Asked = 'part-of-stack' | 'part-of-change' | 'stack' | 'change' | 'removal';

export interface Asking {
  /** Aborted: nothing more is asked for. */
  readonly signal?: AbortSignal | undefined;
  /** Told in the same turn in which the call is made: what an interrupt says can be true only then. */
  readonly asks?: ((what: Asked) => void) | undefined;
}

/** Right before such a call. Throws the signal's reason. */
export function asking({ signal, asks }: Asking, what: Asked): void {
  signal?.throwIfAborted();
  asks?.(what);
}

/** The same calls, of which those that make something reject with the signal's reason once it is aborted: no await lies between the look at it and the call. */
export function unlessInterrupted(api: StackApi, options: Asking): StackApi {
  let planned: 'stack' | 'change' = 'stack';
  const guarded = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>, what: () => Asked) => async (...args: Args): Promise<Result> => {
    asking(options, what());
    return call(...args);
  };
  const createChangeSet: StackApi['createChangeSet'] = async (wanted) => {
    planned = wanted.type === 'CREATE' ? 'stack' : 'change';
    asking(options, `part-of-${planned}`);
    return api.createChangeSet(wanted);
  };
  return {
    ...api,
    importKeyPair: guarded(api.importKeyPair, () => 'part-of-stack'),
    createChangeSet,
    createStack: guarded(api.createStack, () => 'stack'),
    executeChangeSet: guarded(api.executeChangeSet, () => planned),
  };
}
