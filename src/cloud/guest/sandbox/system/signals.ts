/** Signals as signal(7): numbers, default actions, and the texts of strsignal(3). */

export const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15,
  STKFLT: 16, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, PWR: 30, SYS: 31,
};

/** What a shell says of a command that a signal ended; others say their number. */
const TEXTS: Readonly<Record<string, string>> = {
  HUP: 'Hangup', INT: 'Interrupt', QUIT: 'Quit', ILL: 'Illegal instruction', TRAP: 'Trace/breakpoint trap', ABRT: 'Aborted', BUS: 'Bus error', FPE: 'Floating point exception', KILL: 'Killed', USR1: 'User defined signal 1',
  SEGV: 'Segmentation fault', USR2: 'User defined signal 2', PIPE: 'Broken pipe', ALRM: 'Alarm clock', TERM: 'Terminated', STKFLT: 'Stack fault', XCPU: 'CPU time limit exceeded', XFSZ: 'File size limit exceeded',
  VTALRM: 'Virtual timer expired', PROF: 'Profiling timer expired', IO: 'I/O possible', PWR: 'Power failure', SYS: 'Bad system call',
};

/** Signals whose default action is to stop the process. */
export const STOPPING: ReadonlySet<string> = new Set(['STOP', 'TSTP', 'TTIN', 'TTOU']);
/** Signals whose default action is to do nothing. */
export const HARMLESS: ReadonlySet<string> = new Set(['CHLD', 'WINCH', 'CONT', 'URG']);
/** Signals that no process can handle or ignore. */
export const UNCATCHABLE: ReadonlySet<string> = new Set(['KILL', 'STOP']);

export interface Ended {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export function signalText(name: string): string {
  return TEXTS[name] ?? `Signal ${SIGNAL_NUMBERS[name] ?? 0}`;
}

/** The status that a shell shows for what a signal ended or stopped. */
export function signalStatus(name: string): number {
  return 128 + (SIGNAL_NUMBERS[name] ?? 0);
}

/** The status that a shell shows for an end: the code, or 128 + the signal's number. */
export function shellStatus(ended: Ended): number {
  return ended.code ?? signalStatus(ended.signal ?? 'KILL');
}
