/** Says, once a loss, that a session's connection is lost and sought again, or slow to open: only where it takes so long that somebody wonders. */
import type { SsmlabError } from '../lib/errors.js';

/** AWS closes every stream once an hour, and a moment later all goes on: nobody wants to read of that in the middle of a screen. */
const PATIENCE_MS = 2_000;
/** One that fell silent was waited for already, for up to 9 s: it is named before people have waited 10. */
const PATIENCE_AFTER_SILENCE_MS = 1_000;

export interface LossNotice {
  readonly onLost: (why: SsmlabError) => void;
  /** The stream of a session that is being opened does not answer, and another try follows. */
  readonly onSlow: (why: SsmlabError) => void;
  readonly onRegained: () => void;
  /** No word any more. */
  readonly stop: () => void;
}

/** `meanwhile`: what can be done until it is back. */
export function lossNotice(say: (line: string) => void, meanwhile: string): LossNotice {
  let timer: NodeJS.Timeout | undefined;
  let told = false;
  let slow = false;
  return {
    onSlow(why) {
      if (!slow) say(`No answer yet: ${why.message}. Trying again; Ctrl-C ends it.`);
      slow = true;
    },
    onLost(why) {
      if (told) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        told = true;
        say(`Connection lost: ${why.message}. Seeking the way back; ${meanwhile}.`);
      }, why.code === 'stream-unreachable' ? PATIENCE_AFTER_SILENCE_MS : PATIENCE_MS).unref();
    },
    onRegained() {
      clearTimeout(timer);
      if (told) say('Connected again.');
      told = false;
    },
    stop: () => clearTimeout(timer),
  };
}
