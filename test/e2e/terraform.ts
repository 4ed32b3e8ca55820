/** Terraform with its AWS provider, where both are on this machine: a folder of its own, offline, pointed at a local cloud. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type LocalCloud, removeLocalCloud, startLocalCloud } from '../../src/lib/target/local/cloud.js';
import { Home, root } from './program.js';

const PROVIDER = 'registry.terraform.io/hashicorp/aws';

/** Folders in which Terraform's documentation and package builders put providers. */
function mirrors(): string[] {
  return [process.env['TF_PLUGIN_MIRROR'], join(homedir(), '.terraform.d/plugins'), '/opt/tf-plugins', '/usr/local/share/terraform/plugins', '/usr/share/terraform/plugins'].flatMap((path) => path ?? []);
}

/** Why Terraform cannot be used here; undefined when it can. */
function whyNoTerraform(): string | undefined {
  if (spawnSync('terraform', ['version'], { env: { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null' } }).status !== 0) return 'terraform is not on PATH';
  return mirrors().some((path) => existsSync(join(path, PROVIDER))) ? undefined : `no mirror of ${PROVIDER} in ${mirrors().join(', ')}`;
}

export interface TerraformRun {
  readonly status: number | null;
  /** Both streams as they came. */
  readonly text: string;
}

class Terraform {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** Copies the configuration into the home, so that its state is nobody else's. */
  constructor(home: Home, cloud: LocalCloud, configuration: string) {
    this.#folder = join(home.folder, 'terraform');
    mkdirSync(this.#folder);
    cpSync(configuration, this.#folder, { recursive: true });
    const cli = join(home.folder, 'terraform.rc');
    const mirror = mirrors().find((path) => existsSync(join(path, PROVIDER))) ?? '';
    writeFileSync(cli, `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`);
    this.#environment = {
      ...home.environment,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
      AWS_REGION: 'ap-northeast-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: cli,
      TF_IN_AUTOMATION: '1',
    };
  }

  run(...args: string[]): Promise<TerraformRun> {
    return new Promise((resolve, reject) => {
      const child = spawn('terraform', [args[0] ?? '', '-no-color', ...args.slice(1)], { cwd: this.#folder, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, text }));
    });
  }

  /** The value of an output. */
  async output<T>(name: string): Promise<T> {
    const { status, text } = await this.run('output', '-json', name);
    if (status !== 0) throw new Error(text);
    return JSON.parse(text) as T;
  }
}

/** A suite on a configuration of this folder, with a local cloud of its own; skipped by name where there is no Terraform. */
export function describeTerraform(what: string, configuration: string, tests: (terraform: Pick<Terraform, 'run' | 'output'>) => void): void {
  const missing = whyNoTerraform();
  describe.skipIf(missing !== undefined)(`${what}${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
    let home: Home;
    let terraform: Terraform;

    beforeAll(async () => {
      home = new Home();
      const cloud = await startLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '', fabric: 'computed' });
      terraform = new Terraform(home, cloud, join(root, 'test/e2e', configuration));
      const { status, text } = await terraform.run('init');
      expect(status, text).toBe(0);
    });

    afterAll(async () => {
      await removeLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '' });
      home.remove();
    });

    tests({ run: (...args) => terraform.run(...args), output: (name) => terraform.output(name) });
  });
}
