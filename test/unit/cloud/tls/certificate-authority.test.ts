import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority, PERMITTED_DOMAINS, type CertificateAuthority, type CertificatePair } from '../../../../src/cloud/tls/certificate-authority.js';

/** Does a handshake as a client that trusts only the CA and asks for `name`. Resolves with the error's code and text, or 'accepted'. */
async function handshake(ca: string, pair: CertificatePair, name: string): Promise<string> {
  const server = createServer({ cert: pair.certificatePem, key: pair.privateKeyPem });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    return await new Promise((resolve) => {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, servername: /^[\d.]+$/.test(name) ? '' : name, ca });
      const done = (result: string): void => {
        socket.destroy();
        resolve(result);
      };
      socket.on('secureConnect', () => done('accepted')).on('error', (error: NodeJS.ErrnoException) => done(`${error.code ?? ''} ${error.message}`));
    });
  } finally {
    server.close();
  }
}

describe('the lab\'s certificate authority', () => {
  let authority: CertificateAuthority;
  beforeAll(async () => { authority = await createCertificateAuthority(); });

  it.each(['ssm.ap-northeast-1.amazonaws.com', 'ssm.ap-northeast-1.api.aws', 'anything.ssmlab.internal', 'iam.amazonaws.com'])('signs %s', async (name) => {
    expect(await handshake(authority.certificatePem, await authority.issue([name]), name)).toBe('accepted');
  });

  it('signs several names and wildcards', async () => {
    const pair = await authority.issue(['*.ap-northeast-1.amazonaws.com', 'iam.amazonaws.com']);
    expect(await handshake(authority.certificatePem, pair, 'ssmmessages.ap-northeast-1.amazonaws.com')).toBe('accepted');
    expect(await handshake(authority.certificatePem, pair, 'iam.amazonaws.com')).toBe('accepted');
    expect(await handshake(authority.certificatePem, pair, 'ssm.us-east-1.amazonaws.com')).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it.each(['example.com', 'localhost', 'amazonaws.com.example.com', 'notamazonaws.com'])('cannot sign %s: clients refuse it', async (name) => {
    expect(await handshake(authority.certificatePem, await authority.issue([name]), name)).toContain('permitted subtree violation');
  });

  it('cannot slip a foreign name in beside a good one', async () => {
    const pair = await authority.issue(['ssm.ap-northeast-1.amazonaws.com', 'example.com']);
    expect(await handshake(authority.certificatePem, pair, 'ssm.ap-northeast-1.amazonaws.com')).toContain('permitted subtree violation');
  });

  it('is refused by who does not trust it', async () => {
    const other = await createCertificateAuthority();
    expect(await handshake(other.certificatePem, await authority.issue(['ssm.ap-northeast-1.amazonaws.com']), 'ssm.ap-northeast-1.amazonaws.com')).toMatch(/UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/);
  });

  it('goes on after a restart', async () => {
    const again = await createCertificateAuthority({ certificatePem: authority.certificatePem, privateKeyPem: authority.privateKeyPem });
    expect(await handshake(authority.certificatePem, await again.issue(['ec2.ap-northeast-1.amazonaws.com']), 'ec2.ap-northeast-1.amazonaws.com')).toBe('accepted');
    const other = await createCertificateAuthority();
    await expect(createCertificateAuthority({ certificatePem: authority.certificatePem, privateKeyPem: other.privateKeyPem })).rejects.toThrow('is not that of its certificate');
  });

  it('is a CA on P-256 whose leaves are none', async () => {
    const ca = new X509Certificate(authority.certificatePem);
    expect(ca.ca).toBe(true);
    expect(ca.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    const leaf = new X509Certificate((await authority.issue(['ssm.ap-northeast-1.amazonaws.com'])).certificatePem);
    expect(leaf.ca).toBe(false);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(PERMITTED_DOMAINS).not.toContain('localhost');
  });
});

describe('what openssl says (skipped where it is not installed)', () => {
  const installed = spawnSync('openssl', ['version']).status === 0;
  it.skipIf(!installed)('reads the CA and its critical constraints without complaint', async () => {
    const authority = await createCertificateAuthority();
    const run = spawnSync('openssl', ['x509', '-noout', '-text'], { input: authority.certificatePem, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:amazonaws\.com\s+DNS:api\.aws\s+DNS:ssmlab\.internal\s+Excluded:\s+IP:0\.0\.0\.0\/0\.0\.0\.0\s+IP:0:0:0:0:0:0:0:0\/0:0:0:0:0:0:0:0/);
    expect(run.stdout).toContain('CA:TRUE, pathlen:0');
  });
});
