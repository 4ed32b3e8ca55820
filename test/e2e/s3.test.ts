/** S3 through its own clients: the AWS CLI's high-level commands, boto3's uploads in every form, a kill between, a destroy after. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home } from './program.js';

const haveCli = spawnSync('aws', ['--version']).status === 0;
/** From 1.36 on it checks by itself what it sends and gets, and from 1.28 on it reads AWS_ENDPOINT_URL. */
const haveBoto3 = spawnSync('python3', ['-c', 'import boto3, sys; sys.exit([int(n) for n in boto3.__version__.split(".")[:2]] < [1, 36])']).status === 0;

/** Uploads as boto3 makes them: seekable and not, trailers (signed chunks are checked by unit tests), virtual host, multipart with each checksum. */
const BOTO3 = String.raw`
import boto3, io, json, os
from botocore.config import Config
from botocore.exceptions import ClientError
from boto3.s3.transfer import TransferConfig
s3 = boto3.client('s3')
out = {}
s3.put_object(Bucket='lab', Key='plain', Body=b'hello', Metadata={'Who': 'me'}, ContentType='text/plain')
got = s3.get_object(Bucket='lab', Key='plain', ChecksumMode='ENABLED')
out['plain'] = [got['Body'].read().decode(), got['Metadata'], got['ContentType'], 'ChecksumCRC32' in got]
data = os.urandom(12 * 1024 * 1024)
for algorithm in ['CRC32', 'SHA256']:
    s3.upload_fileobj(io.BytesIO(data), 'lab', 'big', ExtraArgs={'ChecksumAlgorithm': algorithm}, Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
    out[algorithm] = s3.get_object(Bucket='lab', Key='big', ChecksumMode='ENABLED')['Body'].read() == data
s3.copy({'Bucket': 'lab', 'Key': 'big'}, 'lab', 'big2', Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
out['copy'] = s3.get_object(Bucket='lab', Key='big2')['Body'].read() == data
for n in range(7): s3.put_object(Bucket='lab', Key='many/%d' % n, Body=b'x')
out['pages'] = sum(len(page.get('Contents', [])) for page in s3.get_paginator('list_objects_v2').paginate(Bucket='lab', Prefix='many/', PaginationConfig={'PageSize': 3}))
try: s3.get_object(Bucket='lab', Key='nope')
except s3.exceptions.NoSuchKey as e: out['missing'] = e.response['Error']['Code']
try: s3.head_object(Bucket='lab', Key='nope')
except ClientError as e: out['head'] = e.response['Error']['Code']
try: s3.create_bucket(Bucket='lab', CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
except s3.exceptions.BucketAlreadyOwnedByYou as e: out['twice'] = e.response['ResponseMetadata']['HTTPStatusCode']
elsewhere = boto3.client('s3', region_name='eu-west-1')
out['redirected'] = elsewhere.get_object(Bucket='lab', Key='plain')['Body'].read().decode()
s3v4 = boto3.client('s3', config=Config(signature_version='s3v4'))
import urllib.request
out['presigned'] = urllib.request.urlopen(s3v4.generate_presigned_url('get_object', Params={'Bucket': 'lab', 'Key': 'plain', 'ResponseContentType': 'text/x'})).headers['Content-Type']
request = urllib.request.Request(s3v4.generate_presigned_url('put_object', Params={'Bucket': 'lab', 'Key': 'put'}), data=b'sent', method='PUT', headers={'Content-Type': ''})
urllib.request.urlopen(request)
out['put'] = s3.get_object(Bucket='lab', Key='put')['Body'].read().decode()
print(json.dumps(out))
`;

describe.skipIf(!haveCli)('S3 (needs the AWS CLI)', () => {
  const home = new Home();
  let environment: NodeJS.ProcessEnv = {};
  const objects = (): string => join(home.folder, 'state');
  const aws = (...args: string[]) => spawnSync('aws', args, { cwd: home.folder, env: environment, encoding: 'utf8' });
  const ok = (...args: string[]): string => {
    const { status, stdout, stderr } = aws(...args);
    expect(status, `aws ${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  };

  beforeAll(() => {
    expect(home.run(['local', 'start']).status).toBe(0);
    environment = { PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '', ...exportsOf(home) };
  });
  afterAll(() => home.remove());

  it('the high-level commands', () => {
    ok('s3', 'mb', 's3://lab');
    mkdirSync(join(home.folder, 'tree/under'), { recursive: true });
    writeFileSync(join(home.folder, 'tree/a b+(c)\'.txt'), 'one');
    writeFileSync(join(home.folder, 'tree/under/ü.txt'), 'two');
    // S3's times are whole seconds: of the same second, the file would seem the newer.
    for (const name of ['tree/a b+(c)\'.txt', 'tree/under/ü.txt']) utimesSync(join(home.folder, name), 1, 1);
    expect(ok('s3', 'sync', 'tree', 's3://lab/tree')).toContain('upload: tree/under/ü.txt');
    expect(ok('s3', 'sync', 'tree', 's3://lab/tree')).toBe('');
    expect(ok('s3', 'ls', 's3://lab/tree/')).toMatch(/PRE under\/\n.* 3 a b\+\(c\)'\.txt/);
    expect(ok('s3', 'cp', "s3://lab/tree/a b+(c)'.txt", '-')).toBe('one');
    ok('s3', 'mv', 's3://lab/tree/under/ü.txt', 's3://lab/moved');
    expect(ok('s3', 'ls', '--recursive', 's3://lab').split('\n').map((line) => line.slice(31))).toEqual(['moved', "tree/a b+(c)'.txt", '']);
    writeFileSync(join(home.folder, 'big'), Buffer.alloc(20 << 20, 'big'));
    ok('s3', 'cp', '--no-progress', 'big', 's3://lab/big');
    ok('s3', 'cp', '--no-progress', 's3://lab/big', 'back');
    expect(readFileSync(join(home.folder, 'back')).equals(readFileSync(join(home.folder, 'big')))).toBe(true);
    const url = ok('s3', 'presign', 's3://lab/moved').trim();
    expect(spawnSync('python3', ['-c', 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode(), end="")', url], { encoding: 'utf8' }).stdout).toBe('two');
    expect(aws('s3', 'rb', 's3://lab').stderr).toContain('BucketNotEmpty');
    expect(aws('s3', 'ls', 's3://nobodys').stderr).toContain('(NoSuchBucket)');
    expect(aws('s3api', 'put-bucket-versioning', '--bucket', 'lab', '--versioning-configuration', 'Status=Enabled').stderr).toContain('PutBucketVersioning');
  });

  it.skipIf(!haveBoto3)('boto3 (needs boto3 1.36 or later)', () => {
    const { stdout, stderr } = spawnSync('python3', ['-c', BOTO3], { env: environment, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      plain: ['hello', { who: 'me' }, 'text/plain', true], CRC32: true, SHA256: true, copy: true, pages: 7, missing: 'NoSuchKey', head: '404', twice: 409, redirected: 'hello', presigned: 'text/x', put: 'sent',
    });
  });

  it('survives a kill, and destroy leaves nothing', () => {
    const pid = Number(/pid (\d+)/.exec(home.run(['local', 'start']).stdout)?.[1]);
    process.kill(pid, 'SIGKILL');
    const folder = readdirSync(objects(), { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('objects')) ?? '';
    writeFileSync(join(objects(), folder, 'orphan'), 'of a request that was never answered');
    expect(home.run(['local', 'start']).status).toBe(0);
    expect(ok('s3', 'cp', 's3://lab/moved', '-')).toBe('two');
    expect(existsSync(join(objects(), folder, 'orphan'))).toBe(false);
    ok('s3', 'rb', '--force', 's3://lab');
    expect(readdirSync(join(objects(), folder))).toEqual([]);
  });
});
