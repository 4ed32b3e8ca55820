import { describe, expect, it } from 'vitest';
import { parseForwardSpec } from '../../../../../src/lib/session/port/forward-spec.js';

const tcp = (host: string | undefined, port: number) => ({ kind: 'tcp', host, port });

describe('what forward takes', () => {
  it.each([
    ['8080:80', tcp('127.0.0.1', 8080), undefined, 80],
    ['0:22', tcp('127.0.0.1', 0), undefined, 22],
    ['8080:db.internal:5432', tcp('127.0.0.1', 8080), 'db.internal', 5432],
    ['8080:10.0.2.7:5432', tcp('127.0.0.1', 8080), '10.0.2.7', 5432],
    ['127.1.2.3:8080:80', tcp('127.1.2.3', 8080), undefined, 80],
    ['localhost:8080:80', tcp('localhost', 8080), undefined, 80],
    ['*:8080:80', tcp(undefined, 8080), undefined, 80],
    [':8080:80', tcp(undefined, 8080), undefined, 80],
    ['[::1]:8080:80', tcp('::1', 8080), undefined, 80],
    ['0.0.0.0:5432:db.internal:5432', tcp('0.0.0.0', 5432), 'db.internal', 5432],
    ['5432:[fd00::7]:5432', tcp('127.0.0.1', 5432), 'fd00::7', 5432],
    ['unix:/tmp/a.sock:80', { kind: 'unix', path: '/tmp/a.sock' }, undefined, 80],
    ['unix:/tmp/a.sock:db.internal:80', { kind: 'unix', path: '/tmp/a.sock' }, 'db.internal', 80],
    ['unix:a:b/c:80', { kind: 'unix', path: 'a:b/c' }, undefined, 80],
  ])('%s', (text, local, remoteHost, remotePort) => {
    expect(parseForwardSpec(text)).toEqual({ text, local, remoteHost, remotePort });
  });

  it.each([
    ['80', /"80" is no forward/], ['', /is no forward/], ['8080:0', /no port in "0"/], ['70000:80', /no port in "70000"/], ['8080:65536', /no port in "65536"/],
    ['8080:80:90', /no host in "80"/], ['a:b:c:d:e', /is no forward/], ['8080:db internal:80', /no host in "db internal"/], ['8080:x$(y):80', /no host in/], ['x:y', /no port in "x"/],
    ['unix:/tmp/a.sock', /no remote port/], ['unix:', /no remote port/], ['unix:/tmp/a.sock:http', /no port in "http"/],
  ])('not %s', (text, message) => {
    let error: unknown;
    try {
      parseForwardSpec(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });
});
