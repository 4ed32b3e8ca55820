/** The one error type of the tool and the one table that gives every code its exit status and next step. */

/** Exit statuses as `docs/errors.md` lists them: 1 a claim is broken, 2 wrong usage, 3 it could not be done or judged. */
export interface ErrorEntry {
  /** Process exit status. */
  readonly exit: 1 | 2 | 3 | 130;
  /** What to do next, used when the error carries no hint of its own. */
  readonly hint: string;
}

/** Every error code of the tool. `docs/errors.md` lists the same set; `test/unit/lib/errors.test.ts` proves it both ways. */
export const ERRORS = {
  'usage': { exit: 2, hint: 'see `ssmlab --help`' },
  'instance-not-found': { exit: 3, hint: 'run `ssmlab list` to see the instances' },
  'instance-ambiguous': { exit: 3, hint: 'use the number or the instance id' },
  'no-lab': { exit: 3, hint: 'run `ssmlab deploy` first' },
  'no-terminal': { exit: 2, hint: 'name the instance, or use `ssmlab exec` where there is no terminal' },
  'declined': { exit: 3, hint: 'run it again and answer y, or pass --yes' },
  'interrupted': { exit: 130, hint: 'run the same command again to begin anew' },
  'cloud-not-running': { exit: 3, hint: 'run `ssmlab local start`' },
  'cloud-start-failed': { exit: 3, hint: 'run `ssmlab local logs` to see why' },
  'cloud-version-mismatch': { exit: 3, hint: 'run `ssmlab local stop`, then the same command again: the state is kept' },
  'cloud-port-taken': { exit: 3, hint: 'end the program that listens there, or pass --port' },
  'fabric-in-use': { exit: 3, hint: 'run `ssmlab destroy` first, then deploy again with --fabric' },
  'fabric-unavailable': { exit: 3, hint: 'run `ssmlab local doctor` to see what is missing, or take the other one: `ssmlab local start --fabric computed`' },
  'no-packets': { exit: 3, hint: '`ssmlab local doctor` says whether this machine can: then `ssmlab destroy`, and `ssmlab deploy --fabric netns`; `ssmlab local trace` says what the rules decide' },
  'capture-unavailable': { exit: 3, hint: '`ssmlab local trace` shows one packet\'s way without it' },
  'wan-unavailable': { exit: 3, hint: 'leave that condition out; where the kernel has it as a module, `sudo modprobe sch_netem sch_tbf` loads it' },
  'state-unsafe': { exit: 3, hint: 'set SSMLAB_HOME to a folder that is yours alone' },
  'state-version': { exit: 3, hint: 'use the ssmlab version that wrote it, or remove the folder to begin anew' },
  'state-corrupt': { exit: 3, hint: 'move the file away to begin anew, or restore it from a copy' },
  'snapshot-invalid': { exit: 3, hint: 'mend the line named, or name a new file with --snapshot to write one' },
  'snapshot-unusable': { exit: 3, hint: 'name another file with --snapshot' },
  'template-invalid': { exit: 3, hint: 'mend the template at the line named' },
  'expectations-invalid': { exit: 3, hint: 'mend the file where it says; `ssmlab expect init` writes one that is right' },
  'expectations-unusable': { exit: 3, hint: 'name another file' },
  'expectations-unmatched': { exit: 3, hint: 'run `ssmlab list` to see the instances, their names and ids' },
  'expiry-failed': { exit: 3, hint: 'run `ssmlab destroy` when you are done' },
  'preflight-failed': { exit: 3, hint: 'mend what is named; `ssmlab deploy --dry-run` looks again' },
  'stack-failed': { exit: 3, hint: 'the first failed event names the cause; `ssmlab destroy`, then deploy again' },
  'stack-busy': { exit: 3, hint: 'wait for the other operation to end, then run it again' },
  'no-change-set': { exit: 3, hint: 'run `aws cloudformation list-change-sets` to see those of the stack' },
  'stack-foreign': { exit: 3, hint: 'choose another name with --stack' },
  'key-missing': { exit: 3, hint: 'run `ssmlab destroy` and `ssmlab deploy` to make a new key pair' },
  'key-pair-missing': { exit: 3, hint: '`aws ec2 describe-key-pairs` lists those of the region; without --key-pair a new one is made' },
  'key-mismatch': { exit: 3, hint: 'name the file that belongs to it with --identity, or the key pair that belongs to the file with --key-pair' },
  'key-unusable': { exit: 3, hint: 'pass the private half of the key pair by --identity FILE' },
  'key-unsafe': { exit: 3, hint: 'run `chmod 600` on it' },
  'profile-missing': { exit: 2, hint: 'run `aws configure --profile NAME`, or leave --profile out' },
  'credentials-missing': { exit: 3, hint: 'run `aws configure`, or pass --profile' },
  'credentials-wrong': { exit: 3, hint: 'check the profile, or run `eval "$(ssmlab local env)"` again' },
  'access-denied': { exit: 3, hint: 'the message names the missing action; ask for it, or use another profile' },
  'region-disabled': { exit: 3, hint: 'enable it in the account, or choose another with --region' },
  'region-missing': { exit: 2, hint: 'pass --region' },
  'aws-error': { exit: 3, hint: 'the message is the service\'s own' },
  'endpoint-unreachable': { exit: 3, hint: 'check the network, or `ssmlab status`' },
  'not-connected': { exit: 3, hint: 'run `ssmlab list` to see whether the agent is online, and `ssmlab explain INSTANCE` to see what is shut' },
  'session-failed': { exit: 3, hint: 'run `ssmlab status`, then try again' },
  'encryption-failed': { exit: 3, hint: 'the key of the session preferences has to be enabled, and both you and the instance\'s role have to be allowed to use it' },
  'stream-unreachable': { exit: 3, hint: 'check that the host and port named can be reached from here' },
  'listen-failed': { exit: 3, hint: 'choose another local port, or 0 for any that is free' },
  'plugin-failed': { exit: 3, hint: 'try again with --client native' },
  'plugin-missing': { exit: 3, hint: 'install AWS\'s session-manager-plugin, or use --client native' },
  'ssh-unreachable': { exit: 3, hint: 'port 22 has to be open on the way; `ssmlab verify` says what is' },
  'ssh-refused': { exit: 3, hint: 'only instance 1 has the key pair; the others are reached by Session Manager' },
  'host-key-changed': { exit: 3, hint: 'somebody may stand in between; do not go on before you know why' },
  'host-key-unknown': { exit: 3, hint: 'wait until its console tells it, a few minutes after the start; or run `ssmlab connect INSTANCE` in a terminal: it shows the key and asks' },
  'output-unparsable': { exit: 3, hint: 'the raw text is in the JSON report' },
  'output-failed': { exit: 3, hint: 'make room there, or send the output somewhere else' },
  'node-too-old': { exit: 3, hint: 'install Node 20.19 or newer' },
} as const satisfies Record<string, ErrorEntry>;

/** A code of the table {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** Options of {@link SsmlabError}. */
export interface SsmlabErrorOptions {
  /** The error underneath, kept for `--debug` and tests. */
  readonly cause?: unknown;
  /** The next step for this very case; the table's when absent. */
  readonly hint?: string | undefined;
}

/** An error that the user can act on. Message: lower case, no period, names the wrong value. */
export class SsmlabError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: SsmlabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SsmlabError';
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
  }

  /** Exit status of the process when this error ends it. */
  get exit(): number {
    return ERRORS[this.code].exit;
  }
}
