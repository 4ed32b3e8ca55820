/** TemplateURL: the forms that name an object of the local cloud, and what is refused. */
import { describe, expect, it } from 'vitest';
import { templateLocation } from '../../../../../src/cloud/cloudformation/template/location.js';

const ENDPOINT = 'http://127.0.0.1:4599';

describe('TemplateURL', () => {
  it.each([
    ['https://b.s3.ap-northeast-1.amazonaws.com/a/t.yaml', 'b', 'a/t.yaml'],
    ['https://my.dotted.bucket.s3.us-east-1.amazonaws.com/t.yaml', 'my.dotted.bucket', 't.yaml'],
    ['https://b.s3.amazonaws.com/t.yaml', 'b', 't.yaml'],
    ['https://b.s3-eu-west-1.amazonaws.com/t.yaml', 'b', 't.yaml'],
    ['https://s3.ap-northeast-1.amazonaws.com/b/a/t.yaml', 'b', 'a/t.yaml'],
    ['https://s3.dualstack.ap-northeast-1.amazonaws.com/b/t.yaml', 'b', 't.yaml'],
    ['https://s3-ap-northeast-1.amazonaws.com/b/t.yaml', 'b', 't.yaml'],
    ['https://s3.amazonaws.com/b/t%20x.yaml', 'b', 't x.yaml'],
    ['http://127.0.0.1:4599/b/a/t.yaml', 'b', 'a/t.yaml'],
    ['http://localhost:4599/b/t.yaml', 'b', 't.yaml'],
    ['http://b.localhost:4599/t.yaml', 'b', 't.yaml'],
    ['http://b.s3.localhost:4599/t.yaml', 'b', 't.yaml'],
    ['http://s3.localhost:4599/b/t.yaml', 'b', 't.yaml'],
  ])('%s', (url, Bucket, Key) => {
    expect(templateLocation(url, ENDPOINT)).toEqual({ Bucket, Key, VersionId: undefined });
  });

  it('takes a version', () => {
    expect(templateLocation('https://b.s3.amazonaws.com/t.yaml?versionId=v1', ENDPOINT)).toMatchObject({ VersionId: 'v1' });
  });

  it.each([
    'https://example.com/b/t.yaml', 'https://s3.amazonaws.com.example.com/b/t.yaml', 'https://evils3.amazonaws.com/b/t.yaml', 'http://s3.amazonaws.com/b/t.yaml', 'https://s3.amazonaws.com:8443/b/t.yaml',
    'file:///etc/passwd', 'file://localhost/etc/passwd', 'http://127.0.0.1:80/b/t.yaml', 'http://169.254.169.254/latest/meta-data', 'http://10.0.0.1:4599/b/t.yaml', 'https://user:pw@s3.amazonaws.com/b/t.yaml',
    'ftp://s3.amazonaws.com/b/t.yaml', 's3://b/t.yaml', 'not a url', '', 'https://s3.amazonaws.com/b', 'https://s3.amazonaws.com/', 'https://b.s3.amazonaws.com/', 'https://s3.amazonaws.com/b/%zz',
  ])('refuses %s', (url) => {
    expect(() => templateLocation(url, ENDPOINT)).toThrow(/^TemplateURL must be a supported URL\./);
  });
});
