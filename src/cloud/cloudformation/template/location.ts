/** TemplateURL: where in S3 a template lies, and its text. Everything that is no object of the local cloud is refused. */
import { AwsError, type OperationContext } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { callNow } from '../service-call.js';

export interface TemplateLocation {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

/** Longest template in S3 (bytes) and longest URL (characters). */
const LIMIT = { body: 1_000_000, url: 5120 } as const;

/** S3's own names, path style; virtual-host style puts the bucket in front. */
const S3_HOST = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2,}(?:-[a-z]+)+-\d+)?\.amazonaws\.com$/;
/** The same under loopback; the bucket may also stand directly before `localhost`. */
const LOCAL_HOST = /^(?:(?:(.+)\.)?s3(?:\.[a-z]{2,}(?:-[a-z]+)+-\d+)?\.localhost|(?:(.+)\.)?localhost|127\.0\.0\.1|\[::1\])$/;

function unsupportedUrl(url: string): AwsError {
  return validationError(`TemplateURL must be a supported URL. ${url.slice(0, 200)} is none: the local cloud reads templates from its own S3 only, as https://BUCKET.s3.REGION.amazonaws.com/KEY, https://s3.REGION.amazonaws.com/BUCKET/KEY or under its endpoint`);
}

/**
 * @param endpointUrl The local cloud's own, whose port a loopback URL has to name.
 * Throws ValidationError for an address outside, a file, and one without bucket or key.
 */
export function templateLocation(url: string, endpointUrl: string): TemplateLocation {
  if (url.length > LIMIT.url) throw validationError(`1 validation error detected: Value '${url.slice(0, 64)}…' at 'templateURL' failed to satisfy constraint: Member must have length less than or equal to ${LIMIT.url}`);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.username !== '' || parsed.password !== '') throw unsupportedUrl(url);
  const found = parsed.protocol === 'https:' && parsed.port === '' ? S3_HOST.exec(parsed.hostname) : undefined;
  const local = /^https?:$/.test(parsed.protocol) && parsed.port === new URL(endpointUrl).port ? LOCAL_HOST.exec(parsed.hostname) : undefined;
  const match = found ?? local;
  if (match === null || match === undefined) throw unsupportedUrl(url);
  let path: string;
  try {
    path = decodeURIComponent(parsed.pathname.slice(1).replaceAll('+', '%20'));
  } catch {
    throw unsupportedUrl(url);
  }
  const virtual = match[1] ?? match[2];
  const slash = path.indexOf('/');
  const [Bucket, Key] = virtual === undefined ? [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)] : [virtual, path];
  if (Bucket === '' || Key === '') throw unsupportedUrl(url);
  return { Bucket, Key, VersionId: parsed.searchParams.get('versionId') ?? undefined };
}

const tooLong = (): AwsError => validationError(`Template may not exceed ${LIMIT.body} bytes in size.`);

/** The template's text. Throws ValidationError with S3's reason when it cannot be read. */
export function templateAt(url: string, context: OperationContext): string {
  const location = templateLocation(url, context.runtime.endpointUrl);
  let body: unknown;
  try {
    const { ContentLength: size } = callNow(context, 's3', 'HeadObject', { ...location });
    if (Number(size) > LIMIT.body) throw tooLong();
    ({ Body: body } = callNow(context, 's3', 'GetObject', { ...location }));
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'ValidationError') throw error;
    throw validationError(`S3 error: ${error.message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`);
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw new TypeError('the reply of s3:GetObject has no Body');
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}
