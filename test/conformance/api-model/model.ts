/** The services' API models as botocore ships them, found where the AWS CLI or boto3 is; undefined where neither is. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Ref {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
  /** Of rest-xml: where the member is when it is not in the body. */
  readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly xmlAttribute?: boolean;
}

export interface Shape {
  readonly type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'long' | 'float' | 'double' | 'boolean' | 'timestamp' | 'blob' | 'character';
  readonly members?: Readonly<Record<string, Ref & { readonly deprecated?: boolean; readonly documentation?: string }>>;
  readonly required?: readonly string[];
  readonly member?: Ref;
  readonly key?: Ref;
  readonly value?: Ref;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly flattened?: boolean;
  readonly timestampFormat?: string;
  /** Of rest-xml: the member that is the body. */
  readonly payload?: string;
}

export interface ModelledOperation {
  readonly name: string;
  readonly input?: Ref;
  readonly output?: Ref & { readonly resultWrapper?: string };
  readonly http?: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly httpChecksum?: { readonly requestChecksumRequired?: boolean };
}

export interface Model {
  readonly metadata: { readonly protocol: string; readonly apiVersion: string; readonly targetPrefix?: string };
  readonly operations: Readonly<Record<string, ModelledOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Whether bodies are JSON. */
export const isJson = (model: Model): boolean => model.metadata.protocol === 'json' || model.metadata.protocol === 'rest-json';

/** Where a service is asked: the price list has few endpoints, and none of it is about where one asks. */
export const askedIn = (service: string, region: string): string => (service === 'pricing' ? 'us-east-1' : region);

/** Why there is no model, for the name of what is skipped. */
export const NO_MODEL = 'no botocore of 2025-11 or later on this machine (it comes with the AWS CLI or boto3)';

/** Whether the models are of the time that the region is written by: CloudFormation's DescribeEvents is the youngest operation in it. */
function isRecent(folder: string): boolean {
  return readText(folder, 'cloudformation')?.includes('"DescribeEvents"') === true;
}

/** Text of the newest model of a service, or of the version given, in a folder. */
function readText(folder: string, service: string, version?: string): string | undefined {
  if (!existsSync(join(folder, service))) return undefined;
  const newest = readdirSync(join(folder, service)).toSorted().findLast((name) => version === undefined || name === version);
  if (newest === undefined) return undefined;
  const path = join(folder, service, newest, 'service-2.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : gunzipSync(readFileSync(`${path}.gz`)).toString('utf8');
}

/** Folders that hold `SERVICE/VERSION/service-2.json(.gz)`: of the python3 on PATH, and where distributions put it. */
function dataFolder(): string | undefined {
  const candidates = ['/usr/lib/python3/dist-packages/botocore/data', '/usr/local/aws-cli/v2/current/dist/awscli/botocore/data', '/usr/lib/python3/dist-packages/awscli/botocore/data'];
  try {
    const program = 'import os\ntry:\n import botocore as b\nexcept ImportError:\n import awscli.botocore as b\nprint(os.path.join(os.path.dirname(b.__file__), "data"))';
    candidates.unshift(execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim());
  } catch {
    // No python3, or no botocore in it: the folders remain.
  }
  return candidates.find(isRecent);
}

const FOLDER = dataFolder();

/** Services whose folder, and name at clients, is not that of their signatures. */
const FOLDER_NAMES: Readonly<Record<string, string>> = { servicequotas: 'service-quotas' };

/** The newest model of a service, or of the version given. */
export function readModel(signedFor: string, version?: string): Model | undefined {
  const text = FOLDER === undefined ? undefined : readText(FOLDER, FOLDER_NAMES[signedFor] ?? signedFor, version);
  return text === undefined ? undefined : (JSON.parse(text) as Model);
}

export function shapeOf(model: Model, ref: Ref): Shape {
  const shape = model.shapes[ref.shape];
  if (shape === undefined) throw new Error(`the model has no shape ${ref.shape}`);
  return shape;
}
