/**
 * Looks that will be wanted, begun as soon as the instances are known: the configuration is read meanwhile, and what takes longest,
 * a silence, is not waited for twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import type { Dialled } from '../probe/dial.js';
import type { Way } from '../probe/run-line.js';
import { SSH_PORT } from './lab-claims.js';
import { type Eyes, lookingLine } from './observe.js';

export interface EarlyLooks {
  /**
   * Begins with these; what is known of them so far need not be right of their paths and agents. Resolves when all commands run
   * or cannot: until then the processor is theirs, since a silence is as long whatever is done beside it.
   */
  readonly begin: (instances: readonly KnownInstance[]) => Promise<void>;
  /** As those given, with what was begun in place of what would begin now. */
  readonly eyes: Eyes;
  /** Resolves when nothing that was begun is under way; ends what nobody asked for. */
  readonly finish: () => Promise<void>;
}

/** A way in that is shut by silence is not waited for. */
const PATIENCE_MS = 1500;

/** The way that it was most likely made for: a key pair where there is no role. */
const likelyWay = ({ keyName, instanceProfile }: KnownInstance): Way | undefined => (instanceProfile !== null ? 'session-manager' : keyName !== null ? 'ssh-key-pair' : undefined);

const wayKey = (instanceId: string, way: Way, line: string): string => [instanceId, way, line].join('\u0000');

export function lookEarly(eyes: Eyes): EarlyLooks {
  const runs = new Map<string, Promise<string>>();
  const dials = new Map<string, Promise<Dialled>>();
  const begun: Promise<unknown>[] = [];
  const keep = <T>(map: Map<string, Promise<T>>, key: string, look: Promise<T>): void => {
    map.set(key, look);
    // Whoever asks hears of it; nobody may.
    begun.push(look.catch(() => undefined));
  };
  const take = <T>(map: Map<string, Promise<T>>, key: string): Promise<T> | undefined => {
    const look = map.get(key);
    map.delete(key);
    return look;
  };
  return {
    begin: async (instances) => {
      const line = lookingLine(eyes.region);
      const opened: Promise<unknown>[] = [];
      for (const instance of instances) {
        const way = likelyWay(instance);
        if (instance.state !== 'running' || way === undefined) continue;
        opened.push(new Promise<void>((resolve) => {
          const run = eyes.runOn(instance, way, line, resolve);
          keep(runs, wayKey(instance.instanceId, way, line), run);
          run.then(() => resolve(), () => resolve());
        }));
        if (instance.publicIpv4 !== null) keep(dials, `${instance.publicIpv4}:${SSH_PORT}`, eyes.dial(instance.publicIpv4, SSH_PORT));
      }
      const patience = new AbortController();
      await Promise.race([Promise.all(opened), sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
      patience.abort();
    },
    eyes: {
      ...eyes,
      runOn: async (instance, way, line) => {
        const early = take(runs, wayKey(instance.instanceId, way, line));
        if (early === undefined) return eyes.runOn(instance, way, line);
        return early.catch((error: unknown) => {
          // It says at once what the instance lacks, and says it better now that its agent's record is known.
          if (error instanceof SsmlabError && error.code === 'not-connected') return eyes.runOn(instance, way, line);
          throw error;
        });
      },
      dial: (host, port) => take(dials, `${host}:${port}`) ?? eyes.dial(host, port),
    },
    finish: async () => {
      for (const look of dials.values()) look.then((dialled) => (dialled.outcome === 'connected' ? dialled.stream.destroy() : undefined), () => undefined);
      await Promise.all(begun);
    },
  };
}
