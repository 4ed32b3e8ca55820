/**
 * Set up once for all e2e tests: an AWS CLI that is too old to read `AWS_ENDPOINT_URL` (README; Debian 12's is) gets it as the option that
 * it knows, by a script of that name which comes first on PATH. Without it such a CLI would go out to AWS itself.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The first that read it: 1.29 and 2.13. */
export function readsEndpointUrl(version: string): boolean {
  const [major = 0, minor = 0] = (/^aws-cli\/(\d+)\.(\d+)/u.exec(version)?.slice(1) ?? []).map(Number);
  return major > 2 || (major === 2 && minor >= 13) || (major === 1 && minor >= 29);
}

export default function setUp(): (() => void) | undefined {
  const { status, stdout, stderr } = spawnSync('aws', ['--version'], { encoding: 'utf8' });
  if (status !== 0 || readsEndpointUrl(`${stdout}${stderr}`)) return undefined;
  const real = spawnSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).stdout.trim();
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-e2e-aws-'));
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\nexec '${real}' \${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"\n`, { mode: 0o755 });
  process.env['PATH'] = [folder, process.env['PATH']].join(delimiter);
  return () => rmSync(folder, { recursive: true, force: true });
}
