/** Asks the local cloud's own probe what this machine can carry: a program of its own, since the tool imports nothing of the cloud. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SsmlabError } from '../../errors.js';
import { packageRoot } from './package-root.js';

/** One thing that was tried. */
export interface ProbeCheck {
  readonly name: string;
  /** What it is for. */
  readonly what: string;
  /** Without it there is no netns fabric; else only something less. */
  readonly needed: boolean;
  readonly ok: boolean;
  /** Where the program is, or what the kernel or a program said against it. */
  readonly detail: string;
  /** What to do, where it failed and something can be done. */
  readonly fix?: string | undefined;
}

export interface ProbeReport {
  /** Whether the netns fabric (real packets) can be had. */
  readonly usable: boolean;
  readonly checks: readonly ProbeCheck[];
  /** Why it cannot, in one line. */
  readonly reason?: string | undefined;
}

/** Tries it; takes about 200 ms, needs no running cloud and leaves nothing behind. Throws `cloud-start-failed` when the probe itself fails. */
export async function probeMachine(): Promise<ProbeReport> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(packageRoot(), 'dist', 'cloud', 'probe.js')], { timeout: 60_000 });
    return JSON.parse(stdout) as ProbeReport;
  } catch (error) {
    throw new SsmlabError('cloud-start-failed', `the probe of this machine failed: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}
