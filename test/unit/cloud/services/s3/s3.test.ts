import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashPayload, presignUrl, type SigningKeys } from '../../../../../src/lib/protocol/sigv4.js';
import { namedFiles } from '../../../../../src/cloud/services/s3/s3.js';
import { startS3Harness, type S3Harness } from './harness.js';

let lab: S3Harness;
const code = (text: string): string | undefined => /<Code>(\w+)<\/Code>/.exec(text)?.[1];
const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');
const constraint = '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>';
const crc = (body: string | Buffer): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
};

/** Keys of a role that a policy of these statements allows. */
const roleWith = async (...Statement: object[]): Promise<SigningKeys> => {
  const context = lab.endpoint.internalContext('us-east-1');
  await context.call('iam', 'CreateRole', { RoleName: 'some', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] }) });
  await context.call('iam', 'PutRolePolicy', { RoleName: 'some', PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) });
  return lab.keys.issueRoleCredentials('some', 'i-1');
};

beforeEach(async () => {
  lab = await startS3Harness();
  expect(await lab.s3('PUT', '/bkt', { body: constraint })).toMatchObject({ status: 200 });
  return () => lab.close();
});

describe('buckets', () => {
  it('have global names, and live in one region', async () => {
    expect(code((await lab.s3('PUT', '/bkt', { body: constraint })).text)).toBe('BucketAlreadyOwnedByYou');
    expect(code((await lab.s3('PUT', '/bkt', { region: 'us-east-1' })).text)).toBe('BucketAlreadyOwnedByYou');
    expect((await lab.s3('GET', '/bkt?location')).text).toContain('<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">ap-northeast-1</LocationConstraint>');
    expect((await lab.s3('HEAD', '/bkt')).headers).toMatchObject({ 'x-amz-bucket-region': 'ap-northeast-1', 'x-amz-request-id': expect.stringMatching(/./) });
    const elsewhere = await lab.s3('GET', '/bkt', { region: 'eu-west-1' });
    expect(elsewhere).toMatchObject({ status: 400, headers: { 'x-amz-bucket-region': 'ap-northeast-1' } });
    expect(elsewhere.text).toContain("<Message>The authorization header is malformed; the region &#39;eu-west-1&#39;".replaceAll('&#39;', "'"));
    expect(elsewhere.text).toContain('<Region>ap-northeast-1</Region>');
    expect((await lab.s3('GET', '/')).text).toMatch(/<ListAllMyBucketsResult[^>]*><Buckets><Bucket><Name>bkt<\/Name><CreationDate>[^<]*<\/CreationDate><\/Bucket><\/Buckets><Owner><ID>[0-9a-f]{64}<\/ID><\/Owner>/);
  });

  it.each([
    ['a bad name', '/Bkt', constraint, 'ap-northeast-1', 'InvalidBucketName'],
    ['an address', '/10.0.0.1', constraint, 'ap-northeast-1', 'InvalidBucketName'],
    ['another region', '/other', constraint, 'eu-west-1', 'IllegalLocationConstraintException'],
    ['no region', '/other', '', 'eu-west-1', 'IllegalLocationConstraintException'],
    ['another document', '/other', '<Delete/>', 'ap-northeast-1', 'MalformedXML'],
    ['a document type', '/other', `<!DOCTYPE x [<!ENTITY a "b">]>${constraint}`, 'ap-northeast-1', 'MalformedXML'],
  ])('are not made with %s', async (_what, path, body, region, expected) => {
    expect(code((await lab.s3('PUT', path, { body, region })).text)).toBe(expected);
  });

  it('are deleted only when empty', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'x' });
    expect(code((await lab.s3('DELETE', '/bkt')).text)).toBe('BucketNotEmpty');
    expect(await lab.s3('DELETE', '/bkt/k')).toMatchObject({ status: 204, text: '' });
    expect(await lab.s3('DELETE', '/bkt/k')).toMatchObject({ status: 204 });
    expect(await lab.s3('DELETE', '/bkt')).toMatchObject({ status: 204 });
    expect(code((await lab.s3('GET', '/bkt')).text)).toBe('NoSuchBucket');
    expect(lab.filesLeft()).toEqual([]);
  });

  it.each(['PUT /bkt?versioning', 'PUT /bkt?policy', 'PUT /bkt/k?retention', 'GET /bkt/k?attributes', 'PUT /bkt?acl', 'GET /bkt/k?torrent', 'PUT /bkt?inventory&id=x'])('%s is refused by name', async (line) => {
    const [method = '', path = ''] = line.split(' ');
    expect(await lab.s3(method, path)).toMatchObject({ status: 501, text: expect.stringContaining('<Code>NotImplemented</Code><Message>The local cloud does not have ') });
  });

  it('say what was never set on them', async () => {
    const codes = await Promise.all(['policy', 'cors', 'website', 'lifecycle', 'replication', 'encryption', 'object-lock', 'tagging'].map(async (each) => code((await lab.s3('GET', `/bkt?${each}`)).text)));
    expect(codes).toEqual(['NoSuchBucketPolicy', 'NoSuchCORSConfiguration', 'NoSuchWebsiteConfiguration', 'NoSuchLifecycleConfiguration', 'ReplicationConfigurationNotFoundError', 'ServerSideEncryptionConfigurationNotFoundError', 'ObjectLockConfigurationNotFoundError', 'NoSuchTagSet']);
    expect((await lab.s3('GET', '/bkt?versioning')).text).toMatch(/<VersioningConfiguration [^>]*><\/VersioningConfiguration>$/);
    await lab.s3('PUT', '/bkt?tagging', { body: '<Tagging><TagSet><Tag><Key>k</Key><Value>a &amp; &#x62;</Value></Tag></TagSet></Tagging>' });
    expect((await lab.s3('GET', '/bkt?tagging')).text).toContain('<TagSet><Tag><Key>k</Key><Value>a &amp; b</Value></Tag></TagSet>');
  });
});

describe('objects', () => {
  it('come back as they went, with what was said of them', async () => {
    const put = await lab.s3('PUT', "/bkt/a%20b/..//%E3%81%82'(1)", { body: 'hello', headers: { 'content-type': 'text/plain', 'x-amz-meta-who': 'me', 'cache-control': 'no-store', 'x-amz-tagging': 'a=b&c=d' } });
    expect(put).toMatchObject({ status: 200, headers: { etag: `"${md5('hello')}"` } });
    expect(await lab.s3('GET', "/bkt/a%20b/..//%E3%81%82'(1)")).toMatchObject({
      status: 200, text: 'hello', headers: { 'content-type': 'text/plain', 'x-amz-meta-who': 'me', 'cache-control': 'no-store', 'x-amz-tagging-count': '2', 'content-length': '5', 'accept-ranges': 'bytes', etag: `"${md5('hello')}"` },
    });
    expect(await lab.s3('HEAD', "/bkt/a%20b/..//%E3%81%82'(1)")).toMatchObject({ status: 200, text: '', headers: { 'content-length': '5' } });
    expect(await lab.s3('HEAD', '/bkt/nope')).toMatchObject({ status: 404, text: '' });
    expect((await lab.s3('GET', '/bkt/nope')).text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist.<\/Message><Key>nope<\/Key><RequestId>/);
  });

  it.each([
    ['bytes=1-2', 206, 'el', 'bytes 1-2/5'], ['bytes=3-', 206, 'lo', 'bytes 3-4/5'], ['bytes=-2', 206, 'lo', 'bytes 3-4/5'], ['bytes=0-99', 206, 'hello', 'bytes 0-4/5'], ['bytes=5-', 416, undefined, 'bytes */5'], ['lines=1', 200, 'hello', undefined],
  ])('range %s', async (range, status, text, contentRange) => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello' });
    const reply = await lab.s3('GET', '/bkt/k', { headers: { range } });
    expect(reply.status).toBe(status);
    expect(reply.headers['content-range']).toBe(contentRange);
    if (text === undefined) expect(code(reply.text)).toBe('InvalidRange');
    else expect(reply.text).toBe(text);
  });

  it('conditions', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello' });
    const etag = `"${md5('hello')}"`;
    expect(await lab.s3('GET', '/bkt/k', { headers: { 'if-none-match': etag } })).toMatchObject({ status: 304, text: '', headers: { etag } });
    expect(await lab.s3('GET', '/bkt/k', { headers: { 'if-match': '"x"' } })).toMatchObject({ status: 412, text: expect.stringContaining('<Condition>If-Match</Condition>') });
    expect(await lab.s3('GET', '/bkt/k', { headers: { 'if-modified-since': new Date(Date.now() + 5000).toUTCString() } })).toMatchObject({ status: 304 });
    expect(await lab.s3('PUT', '/bkt/k', { body: 'x', headers: { 'if-none-match': '*' } })).toMatchObject({ status: 412 });
    expect(await lab.s3('GET', '/bkt/k')).toMatchObject({ text: 'hello' });
    expect(lab.filesLeft()).toHaveLength(1);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['another checksum', 'x', { 'x-amz-checksum-crc32': crc('y') }, 'BadDigest'],
    ['another MD5', 'x', { 'content-md5': createHash('md5').update('y').digest('base64') }, 'BadDigest'],
    ['no MD5 at all', 'x', { 'content-md5': 'eA==' }, 'InvalidDigest'],
    ['two checksums', 'x', { 'x-amz-checksum-crc32': crc('x'), 'x-amz-checksum-sha1': 'x' }, 'InvalidRequest'],
    ['an ACL', 'x', { 'x-amz-acl': 'public-read' }, 'AccessControlListNotSupported'],
    ['another storage class', 'x', { 'x-amz-storage-class': 'GLACIER' }, 'NotImplemented'],
    ['a storage class that is none', 'x', { 'x-amz-storage-class': 'NOPE' }, 'InvalidStorageClass'],
    ['encryption', 'x', { 'x-amz-server-side-encryption': 'aws:kms' }, 'NotImplemented'],
    ['much metadata', 'x', { 'x-amz-meta-a': 'x'.repeat(2049) }, 'MetadataTooLarge'],
    ['another owner', 'x', { 'x-amz-expected-bucket-owner': '000000000000' }, 'AccessDenied'],
  ])('are refused with %s, and leave no file', async (_what, body, headers, expected) => {
    expect(code((await lab.s3('PUT', '/bkt/k', { body, headers })).text)).toBe(expected);
    expect(code((await lab.s3('GET', '/bkt/k')).text)).toBe('NoSuchKey');
    expect(lab.filesLeft()).toEqual([]);
  });

  it('another body than the one that was signed is refused', async () => {
    expect(code((await lab.s3('PUT', '/bkt/k', { body: 'x', payloadHash: hashPayload('y') })).text)).toBe('XAmzContentSHA256Mismatch');
    expect(lab.filesLeft()).toEqual([]);
  });

  it('are listed in pages, with what is under a delimiter rolled up', async () => {
    for (const key of ['b', 'a/1', 'a/2', 'a', 'c d', '%E3%81%82']) await lab.s3('PUT', `/bkt/${key.replace(' ', '%20')}`, { body: key });
    const keys = (text: string): string[] => [...text.matchAll(/<(?:Key|CommonPrefixes><Prefix)>([^<]*)</g)].map((match) => match[1] ?? '');
    expect(keys((await lab.s3('GET', '/bkt?list-type=2')).text)).toEqual(['a', 'a/1', 'a/2', 'b', 'c d', 'あ']);
    expect(keys((await lab.s3('GET', '/bkt?list-type=2&delimiter=%2F')).text)).toEqual(['a', 'b', 'c d', 'あ', 'a/']);
    expect(keys((await lab.s3('GET', '/bkt?list-type=2&prefix=a%2F&encoding-type=url')).text)).toEqual(['a/1', 'a/2']);
    expect(keys((await lab.s3('GET', '/bkt?encoding-type=url&marker=b')).text)).toEqual(['c%20d', '%E3%81%82']);
    const seen: string[] = [];
    for (let token = ''; ;) {
      const page = await lab.s3('GET', `/bkt?list-type=2&delimiter=%2F&max-keys=2${token}`);
      seen.push(...keys(page.text));
      const next = /<NextContinuationToken>([^<]*)</.exec(page.text)?.[1];
      if (next === undefined) break;
      token = `&continuation-token=${next}`;
    }
    expect(seen.toSorted()).toEqual(['a', 'a/', 'b', 'c d', 'あ']);
  });

  it('are copied, with or without what is said of them', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello', headers: { 'x-amz-meta-a': '1' } });
    expect((await lab.s3('PUT', '/bkt/copy', { headers: { 'x-amz-copy-source': '/bkt/k' } })).text).toContain(`<ETag>&quot;${md5('hello')}&quot;</ETag>`);
    expect((await lab.s3('GET', '/bkt/copy')).headers['x-amz-meta-a']).toBe('1');
    await lab.s3('PUT', '/bkt/copy', { headers: { 'x-amz-copy-source': 'bkt/k', 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-b': '2' } });
    expect((await lab.s3('GET', '/bkt/copy')).headers).toMatchObject({ 'x-amz-meta-b': '2' });
    expect(code((await lab.s3('PUT', '/bkt/k', { headers: { 'x-amz-copy-source': 'bkt/k' } })).text)).toBe('InvalidRequest');
    expect(code((await lab.s3('PUT', '/bkt/x', { headers: { 'x-amz-copy-source': 'bkt/nope' } })).text)).toBe('NoSuchKey');
    expect(lab.filesLeft()).toHaveLength(2);
  });

  it('are deleted many at once', async () => {
    await lab.s3('PUT', '/bkt/a', { body: '1' });
    const body = '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>';
    expect((await lab.s3('POST', '/bkt?delete', { body, headers: { 'content-md5': createHash('md5').update(body).digest('base64') } })).text).toContain('<Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted>');
    expect(lab.filesLeft()).toEqual([]);
  });

  it('give their bytes to other services', async () => {
    const context = lab.endpoint.internalContext('ap-northeast-1');
    await context.call('s3', 'PutObject', { Bucket: 'bkt', Key: 'template.yaml', Body: 'Resources: {}' });
    const { Body } = await context.call('s3', 'GetObject', { Bucket: 'bkt', Key: 'template.yaml' });
    expect(Body).toBeInstanceOf(Uint8Array);
    expect(String(Body)).toBe('Resources: {}');
  });

  it('files that no record names are swept, others stay', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello' });
    writeFileSync(join(lab.folder, 'objects', 'orphan'), 'x');
    expect(lab.filesLeft()).toHaveLength(2);
    lab.files.sweep(namedFiles(lab.globalState));
    expect(lab.filesLeft()).toHaveLength(1);
    expect((await lab.s3('GET', '/bkt/k')).text).toBe('hello');
  });
});

describe('multipart uploads', () => {
  const MIB = 1024 * 1024;
  const begin = async (headers: Record<string, string> = {}): Promise<string> => /<UploadId>([^<]*)</.exec((await lab.s3('POST', '/bkt/big?uploads', { headers })).text)?.[1] ?? '';
  const complete = (id: string, parts: readonly [number, string][], headers: Record<string, string> = {}) => lab.s3('POST', `/bkt/big?uploadId=${id}`, {
    headers, body: `<CompleteMultipartUpload>${parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag></Part>`).join('')}</CompleteMultipartUpload>`,
  });

  it('become one object; parts that were not named go', async () => {
    const id = await begin();
    const [a, b] = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('bb')];
    for (const [number, body] of [[1, a], [2, b], [3, b], [1, a]] as const) expect((await lab.s3('PUT', `/bkt/big?partNumber=${number}&uploadId=${id}`, { body })).headers.etag).toBe(`"${md5(body)}"`);
    expect((await lab.s3('GET', `/bkt/big?uploadId=${id}`)).text.match(/<PartNumber>/g)).toHaveLength(3);
    expect((await lab.s3('GET', '/bkt?uploads')).text).toContain(`<UploadId>${id}</UploadId>`);
    expect(code((await complete(id, [[2, md5(b)], [1, md5(a)]])).text)).toBe('InvalidPartOrder');
    expect(code((await complete(id, [[1, md5(b)]])).text)).toBe('InvalidPart');
    expect(code((await complete(id, [[2, md5(b)], [3, md5(b)]])).text)).toBe('EntityTooSmall');
    const etag = `${createHash('md5').update(Buffer.from(md5(a) + md5(b), 'hex')).digest('hex')}-2`;
    expect((await complete(id, [[1, md5(a)], [2, md5(b)]])).text).toContain(`<ETag>&quot;${etag}&quot;</ETag>`);
    const got = await lab.s3('GET', '/bkt/big');
    expect(got.headers).toMatchObject({ 'content-length': String(5 * MIB + 2), etag: `"${etag}"` });
    expect(got.text.slice(-4)).toBe('aabb');
    expect((await lab.s3('GET', '/bkt/big', { headers: { range: `bytes=${5 * MIB - 1}-${5 * MIB}` } })).text).toBe('ab');
    expect(await lab.s3('HEAD', '/bkt/big?partNumber=1')).toMatchObject({ status: 206, headers: { 'x-amz-mp-parts-count': '2', 'content-length': String(5 * MIB) } });
    const second = await lab.s3('GET', '/bkt/big?partNumber=2');
    expect([second.status, second.headers['content-range']]).toEqual([206, `bytes ${5 * MIB}-${5 * MIB + second.text.length - 1}/${5 * MIB + second.text.length}`]);
    expect(code((await lab.s3('GET', '/bkt/big?partNumber=3')).text)).toBe('InvalidPartNumber');
    expect(code((await lab.s3('GET', '/bkt/big?partNumber=1', { headers: { range: 'bytes=0-1' } })).text)).toBe('InvalidRequest');
    expect(code((await lab.s3('GET', '/bkt/big?partNumber=0')).text)).toBe('InvalidArgument');
    expect(lab.filesLeft()).toHaveLength(2);
    expect(code((await complete(id, [[1, md5(a)]])).text)).toBe('NoSuchUpload');
  });

  it.each(['FULL_OBJECT', 'COMPOSITE'])('have a %s checksum', async (type) => {
    const id = await begin({ 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': type });
    const [a, b] = [Buffer.alloc(5 * MIB, 'xy'), Buffer.from('tail')];
    for (const [number, body] of [[1, a], [2, b]] as const) await lab.s3('PUT', `/bkt/big?partNumber=${number}&uploadId=${id}`, { body, headers: { 'x-amz-checksum-crc32': crc(body) } });
    const expected = type === 'FULL_OBJECT' ? crc(Buffer.concat([a, b])) : `${crc(Buffer.concat([Buffer.from(crc(a), 'base64'), Buffer.from(crc(b), 'base64')]))}-2`;
    expect((await complete(id, [[1, md5(a)], [2, md5(b)]], { 'x-amz-checksum-crc32': crc('other') })).text).toContain('<Code>BadDigest</Code>');
    expect((await complete(id, [[1, md5(a)], [2, md5(b)]], { 'x-amz-checksum-crc32': expected })).status).toBe(200);
    expect((await lab.s3('HEAD', '/bkt/big', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })).headers).toMatchObject({ 'x-amz-checksum-crc32': expected, 'x-amz-checksum-type': type });
  });

  it('leave nothing when aborted, or when their bucket goes', async () => {
    const id = await begin();
    await lab.s3('PUT', `/bkt/big?partNumber=1&uploadId=${id}`, { body: 'x' });
    expect(await lab.s3('DELETE', `/bkt/big?uploadId=${id}`)).toMatchObject({ status: 204 });
    expect(lab.filesLeft()).toEqual([]);
    const other = await begin();
    await lab.s3('PUT', `/bkt/big?partNumber=1&uploadId=${other}`, { body: 'x' });
    expect(await lab.s3('DELETE', '/bkt')).toMatchObject({ status: 204 });
    expect(lab.filesLeft()).toEqual([]);
  });
});

describe('who may', () => {
  it('unsigned requests are refused in S3\'s words', async () => {
    expect(await lab.raw({ method: 'GET', path: '/bkt/k' })).toMatchObject({ status: 403, text: expect.stringContaining('<Error><Code>AccessDenied</Code><Message>Access Denied</Message>') });
    expect(await lab.raw({ method: 'GET', path: '/bkt/k', headers: { authorization: 'AWS AKID:sig' } })).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidRequest</Code>') });
    expect(await lab.s3('GET', '/bkt', { keys: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } })).toMatchObject({ status: 403, text: expect.stringContaining('<Code>InvalidAccessKeyId</Code>') });
    expect(await lab.s3('GET', '/bkt', { keys: { ...lab.keys.lab, secretAccessKey: 'x' } })).toMatchObject({ status: 403, text: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>') });
    expect(await lab.s3('GET', '/bkt', { headers: { host: 'bkt.evil.example' } })).toMatchObject({ status: 403 });
  });

  it('presigned URLs hold for their time', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello' });
    const signed = (now: number): string => {
      const { pathname, search } = presignUrl({ method: 'GET', url: new URL(`${lab.url}/bkt/k`), headers: {}, payloadHash: 'UNSIGNED-PAYLOAD' }, { service: 's3', region: 'ap-northeast-1', now }, lab.keys.lab, 60);
      return pathname + search;
    };
    expect(await lab.raw({ method: 'GET', path: signed(Date.now()), headers: { host: `127.0.0.1:${lab.port}` } })).toMatchObject({ status: 200, text: 'hello' });
    expect(await lab.raw({ method: 'GET', path: signed(Date.now() - 120_000), headers: { host: `127.0.0.1:${lab.port}` } })).toMatchObject({ status: 403, text: expect.stringContaining('Request has expired') });
    expect((await lab.raw({ method: 'PUT', path: signed(Date.now()), headers: { host: `127.0.0.1:${lab.port}` } })).text).toContain('SignatureDoesNotMatch');
  });

  it('a bucket as the host', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello' });
    expect(await lab.s3('GET', '/k', { headers: { host: `bkt.localhost:${lab.port}` } })).toMatchObject({ status: 200, text: 'hello' });
  });

  it('a role what its policies allow', async () => {
    const context = lab.endpoint.internalContext('us-east-1');
    await context.call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] }) });
    await context.call('iam', 'PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bkt/pub/*' }] }) });
    const keys = lab.keys.issueRoleCredentials('r', 'i-1');
    await lab.s3('PUT', '/bkt/pub/k', { body: 'hello' });
    expect(await lab.s3('GET', '/bkt/pub/k', { keys })).toMatchObject({ text: 'hello' });
    const denied = await lab.s3('GET', '/bkt?list-type=2', { keys });
    expect(denied).toMatchObject({ status: 403, text: expect.stringContaining('<Code>AccessDenied</Code><Message>User: arn:aws:sts::123456789012:assumed-role/r/i-1 is not authorized to perform: s3:ListBucket on resource: &quot;arn:aws:s3:::bkt&quot; because no identity-based policy allows the s3:ListBucket action</Message>') });
    expect(code((await lab.s3('PUT', '/bkt/pub/k', { keys, body: 'x' })).text)).toBe('AccessDenied');
    expect(code((await lab.s3('PUT', '/bkt/pub/c', { keys, headers: { 'x-amz-copy-source': 'bkt/secret' } })).text)).toBe('AccessDenied');
    expect(lab.filesLeft()).toHaveLength(1);
  });

  it('a role some keys of DeleteObjects, and tells which not', async () => {
    const keys = await roleWith({ Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::bkt/pub/*' });
    for (const key of ['pub/a', 'pub/b', 'secret']) await lab.s3('PUT', `/bkt/${key}`, { body: 'x' });
    const { status, text } = await lab.s3('POST', '/bkt?delete', { keys, body: '<Delete><Object><Key>pub/a</Key></Object><Object><Key>secret</Key></Object><Object><Key>pub/none</Key></Object></Delete>' });
    expect([status, [...text.matchAll(/<Deleted><Key>([^<]*)</g)].map(([, key]) => key)]).toEqual([200, ['pub/a', 'pub/none']]);
    expect(text).toMatch(/<Error><Key>secret<\/Key><Code>AccessDenied<\/Code><Message>User: \S+ is not authorized to perform: s3:DeleteObject on resource: &quot;arn:aws:s3:::bkt\/secret&quot; because no identity-based policy allows the s3:DeleteObject action</);
    const quiet = await lab.s3('POST', '/bkt?delete', { keys, body: '<Delete><Quiet>true</Quiet><Object><Key>pub/b</Key></Object><Object><Key>secret</Key></Object></Delete>' });
    expect(quiet.text).toMatch(/<DeleteResult [^>]*><Error><Key>secret<\/Key>.*<\/Error><\/DeleteResult>$/);
    expect((await lab.s3('GET', '/bkt?list-type=2')).text).toContain('<KeyCount>1</KeyCount>');
  });

  it('a role the prefix that its policy names', async () => {
    const keys = await roleWith({ Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bkt', Condition: { StringLike: { 's3:prefix': 'home/${aws:userid}/*' } } }, { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: { StringEquals: { 's3:ExistingObjectTag/open': 'yes' } } });
    await lab.s3('PUT', '/bkt/open', { body: 'x', headers: { 'x-amz-tagging': 'open=yes' } });
    await lab.s3('PUT', '/bkt/shut', { body: 'x' });
    expect((await lab.s3('GET', '/bkt?list-type=2', { keys })).status).toBe(403);
    expect((await lab.s3('GET', '/bkt?list-type=2&prefix=home/other/', { keys })).status).toBe(403);
    const who = await lab.call({ service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15', keys });
    expect((await lab.s3('GET', `/bkt?list-type=2&prefix=home/${encodeURIComponent(/<UserId>([^<]*)</.exec(who.text)?.[1] ?? '')}/a`, { keys })).status).toBe(200);
    expect([(await lab.s3('GET', '/bkt/open', { keys })).status, (await lab.s3('GET', '/bkt/shut', { keys })).status]).toEqual([200, 403]);
  });
});

describe('documents', () => {
  it.each([
    ['two lists', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet><TagSet/></Tagging>'],
    ['two empty lists', '<Tagging><TagSet/><TagSet/></Tagging>'],
    ['two values', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value><Value>c</Value></Tag></TagSet></Tagging>'],
    ['a text beside the elements', '<Tagging>x<TagSet/></Tagging>'],
    ['a tag without its value', '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>'],
    ['what is no tag', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value><Color>c</Color></Tag></TagSet></Tagging>'],
  ])('with %s are refused and change nothing', async (_what, body) => {
    await lab.s3('PUT', '/bkt?tagging', { body: '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>' });
    expect((await lab.s3('PUT', '/bkt?tagging', { body })).status).toBeGreaterThanOrEqual(400);
    expect((await lab.s3('GET', '/bkt?tagging')).text).toContain('<TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet>');
  });
});

describe('versions', () => {
  it('there is one of each object, null', async () => {
    for (const key of ['a', 'b/1', 'b/2', 'c']) await lab.s3('PUT', `/bkt/${key}`, { body: key });
    const first = (await lab.s3('GET', '/bkt?versions&delimiter=/&max-keys=1')).text;
    expect(first).toMatch(/<NextKeyMarker>a<\/NextKeyMarker><NextVersionIdMarker>null<.*<Version><Key>a<\/Key>.*<VersionId>null<\/VersionId><IsLatest>true<\/IsLatest><\/Version>/);
    const second = (await lab.s3('GET', '/bkt?versions&delimiter=/&key-marker=a&version-id-marker=null')).text;
    expect([[...second.matchAll(/<Version><Key>([^<]*)</g)].map(([, key]) => key), /<CommonPrefixes><Prefix>([^<]*)</.exec(second)?.[1], /<IsTruncated>(\w+)</.exec(second)?.[1]]).toEqual([['c'], 'b/', 'false']);
    expect(code((await lab.s3('GET', '/bkt?versions&version-id-marker=null')).text)).toBe('InvalidArgument');
    expect((await lab.s3('GET', '/bkt/a?versionId=null')).text).toBe('a');
    expect(code((await lab.s3('GET', '/bkt/a?versionId=1')).text)).toBe('InvalidArgument');
    expect(code((await lab.s3('GET', `/bkt/a?versionId=${'x'.repeat(32)}`)).text)).toBe('NoSuchVersion');
    expect((await lab.s3('PUT', '/bkt/copy', { headers: { 'x-amz-copy-source': 'bkt/a?versionId=null' } })).status).toBe(200);
    expect(code((await lab.s3('PUT', '/bkt/copy', { headers: { 'x-amz-copy-source': `bkt/a?versionId=${'x'.repeat(32)}` } })).text)).toBe('NoSuchVersion');
    expect(await lab.s3('DELETE', '/bkt/a?versionId=null')).toMatchObject({ status: 204, headers: { 'x-amz-version-id': 'null' } });
    const { text } = await lab.s3('POST', '/bkt?delete', { body: `<Delete><Object><Key>c</Key><VersionId>null</VersionId></Object><Object><Key>copy</Key><VersionId>${'x'.repeat(32)}</VersionId></Object></Delete>` });
    expect(text).toContain('<Deleted><Key>c</Key><VersionId>null</VersionId></Deleted><Error><Key>copy</Key>');
    expect((await lab.s3('GET', '/bkt?list-type=2')).text).toContain('<KeyCount>3</KeyCount>');
  });

  it('need permissions of their own', async () => {
    const keys = await roleWith({ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket', 's3:DeleteObject'], Resource: '*' });
    await lab.s3('PUT', '/bkt/a', { body: 'a' });
    const denied = await Promise.all([['GET', '/bkt/a?versionId=null'], ['GET', '/bkt?versions'], ['DELETE', '/bkt/a?versionId=null']].map(async ([method = '', path = '']) => /perform: (s3:\w+)/.exec((await lab.s3(method, path, { keys })).text)?.[1]));
    expect(denied).toEqual(['s3:GetObjectVersion', 's3:ListBucketVersions', 's3:DeleteObjectVersion']);
    expect((await lab.s3('POST', '/bkt?delete', { keys, body: '<Delete><Object><Key>a</Key><VersionId>null</VersionId></Object></Delete>' })).text).toContain('<Code>AccessDenied</Code>');
  });
});

describe('requests say nothing that is not looked at', () => {
  it.each<[string, string, Record<string, string>, number, string]>([
    ['PUT /bkt/k', 'a header of what is not there', { 'x-amz-server-side-encryption': 'AES256' }, 501, 'The parameter x-amz-server-side-encryption is not supported by the local cloud.'],
    ['PUT /bkt/k', 'another storage class', { 'x-amz-storage-class': 'STANDARD_IA' }, 501, 'The local cloud does not support x-amz-storage-class: STANDARD_IA.'],
    ['DELETE /bkt/k', 'a condition that the operation has not', { 'if-match': '"x"' }, 501, 'The parameter if-match is not supported by the local cloud.'],
    ['GET /bkt?list-type=2&nope=1', 'an unknown parameter', {}, 501, 'The parameter nope is not supported by the local cloud.'],
    ['GET /bkt?list-type=2&prefix=a&prefix=b', 'a parameter twice', {}, 400, 'The parameter prefix is given twice.'],
    ['GET /bkt?list-type=2', 'who pays', { 'x-amz-request-payer': 'someone' }, 400, 'The parameter x-amz-request-payer is not requester.'],
    ['PUT /bkt/k', 'an algorithm that is none', { 'x-amz-sdk-checksum-algorithm': 'CRC7' }, 400, 'Value for x-amz-sdk-checksum-algorithm header is invalid.'],
    ['PUT /bkt/k', 'an algorithm that is not there', { 'x-amz-sdk-checksum-algorithm': 'XXHASH3' }, 501, 'The parameter x-amz-sdk-checksum-algorithm is not supported by the local cloud.'],
    ['GET /bkt/k?response-content-type=a%00b', 'what no header can carry', {}, 400, 'Header value cannot be represented using ISO-8859-1.'],
  ])('%s: %s', async (line, _what, headers, status, message) => {
    await lab.s3('PUT', '/bkt/k', { body: 'there' });
    const [method = '', path = ''] = line.split(' ');
    const reply = await lab.s3(method, path, { headers });
    expect([reply.status, /<Message>([^<]*)</.exec(reply.text)?.[1]]).toEqual([status, message]);
    expect((await lab.s3('GET', '/bkt/k')).text).toBe('there');
  });

  it('takes what SDKs send along, also in the query of presigned URLs', async () => {
    await lab.s3('PUT', '/bkt/k', { body: 'hello', headers: { 'x-amz-request-payer': 'requester' } });
    expect((await lab.s3('GET', '/bkt/k?x-id=GetObject')).text).toBe('hello');
    const put = presignUrl({ method: 'PUT', url: new URL(`${lab.url}/bkt/presigned?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&x-amz-meta-who=me`), headers: {}, payloadHash: 'UNSIGNED-PAYLOAD' }, { service: 's3', region: 'ap-northeast-1', now: Date.now() }, lab.keys.lab, 60);
    expect((await fetch(put, { method: 'PUT', body: 'body' })).status).toBe(200);
    expect((await lab.s3('GET', '/bkt/presigned')).headers['x-amz-meta-who']).toBe('me');
    const acl = presignUrl({ method: 'PUT', url: new URL(`${lab.url}/bkt/presigned?x-amz-acl=public-read`), headers: {}, payloadHash: 'UNSIGNED-PAYLOAD' }, { service: 's3', region: 'ap-northeast-1', now: Date.now() }, lab.keys.lab, 60);
    expect(await (await fetch(acl, { method: 'PUT', body: 'body' })).text()).toContain('<Code>AccessControlListNotSupported</Code>');
  });
});
