/** An endpoint with S3 over a folder of its own, and signed requests to it as S3's clients send them. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPayload, signRequest, type SigningKeys } from '../../../../../src/lib/protocol/sigv4.js';
import { iam } from '../../../../../src/cloud/services/iam/iam.js';
import { createObjectFiles, createS3, type ObjectFiles } from '../../../../../src/cloud/services/s3/s3.js';
import { sts } from '../../../../../src/cloud/services/sts/sts.js';
import { echoServices, startHarness, type Harness, type Reply } from '../../endpoint/harness.js';

export interface S3Call {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly region?: string;
  readonly keys?: SigningKeys;
  /** `x-amz-content-sha256`; default: the body's. */
  readonly payloadHash?: string;
}

export interface S3Harness extends Harness {
  readonly folder: string;
  readonly files: ObjectFiles;
  /** Names of the files that are there. */
  filesLeft(): string[];
  s3(method: string, path: string, call?: S3Call): Promise<Reply>;
}

export async function startS3Harness(): Promise<S3Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-s3-'));
  const files = createObjectFiles(join(folder, 'objects'));
  files.sweep(new Set());
  const lab = await startHarness({ services: [...echoServices, iam, sts, createS3(files)] });
  return {
    ...lab,
    folder,
    files,
    filesLeft: () => readdirSync(join(folder, 'objects')),
    s3: (method, path, { headers = {}, body = '', region = 'ap-northeast-1', keys = lab.keys.lab, payloadHash = hashPayload(body) } = {}) => {
      const given: Record<string, string> = { 'x-amz-content-sha256': payloadHash, ...headers, host: headers['host'] ?? `127.0.0.1:${lab.port}` };
      const signed = signRequest({ method, url: new URL(`${lab.url}${path}`), path: path.split('?')[0], headers: given, payloadHash }, { service: 's3', region, now: Date.now() }, keys);
      return lab.raw({ method, path, headers: { ...given, ...signed }, body });
    },
    close: async () => {
      await lab.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
