/** Somebody with a folder of AWS's own files, whose account is a local cloud: the program on the target AWS, and what it shows of who it is. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Owner } from './owner.js';
import { exportsOf, Home, root, type Run } from './program.js';

export const REGION = 'ap-northeast-1';

export class AwsUser {
  readonly home = new Home('computed');
  readonly owner: Owner;

  /** Starts the local cloud. */
  constructor() {
    const { status, stderr } = this.home.run(['local', 'start']);
    if (status !== 0) throw new Error(stderr);
    this.owner = new Owner(exportsOf(this.home));
    mkdirSync(join(this.home.folder, '.aws/sso/cache'), { recursive: true });
  }

  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { ...this.home.environment, SSMLAB_TARGET: 'aws', AWS_ENDPOINT_URL: this.owner.endpoint, AWS_EC2_METADATA_DISABLED: 'true', ...more };
  }

  /** Not by `home.run`, which would hold up servers of this process. */
  run(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Run> {
    const started = Date.now();
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd: this.home.folder, env: this.environment(more), stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('close', (status) => resolve({ status, stdout, stderr, took: Date.now() - started }));
    });
  }

  /** Who and where it is shown to be before anything is made, and nothing is; all that it said where it shows nobody. */
  async who(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
    const { stderr } = await this.run(['deploy', '--dry-run', '--brief', '--ssh-from', '198.51.100.7/32', ...args], more);
    return /^AWS account .*(?:\n {2}(?:\S+ at )?http.*)*/mu.exec(stderr)?.[0] ?? stderr;
  }

  /** A file below the user's home. */
  write(path: string, text: string): string {
    const file = join(this.home.folder, path);
    writeFileSync(file, text, { mode: 0o700 });
    return file;
  }

  config(text: string): void {
    this.write('.aws/config', text);
  }

  remove(): void {
    this.home.remove();
  }
}
