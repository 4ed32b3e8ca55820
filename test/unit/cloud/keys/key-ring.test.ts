import { describe, expect, it } from 'vitest';
import { createKeyRing, makeLabKeys } from '../../../../src/cloud/keys/key-ring.js';

describe('key ring', () => {
  it('makes lab keys of AWS\'s form, or takes those given', () => {
    const made = createKeyRing({ accountId: '123456789012', now: () => 0 });
    expect(made.lab.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(made.lab.secretAccessKey).toMatch(/^[A-Za-z0-9]{40}$/);
    const given = makeLabKeys();
    expect(createKeyRing({ accountId: '1', lab: given, now: () => 0 }).find(given.accessKeyId)).toEqual({ kind: 'lab', ...given });
  });

  it('issues role credentials that it finds again', () => {
    const keys = createKeyRing({ accountId: '1', now: () => 1000 });
    const issued = keys.issueRoleCredentials('r', 'i-1', { instanceId: 'i-1' });
    expect(issued.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(issued.expiration).toBe(1000 + 6 * 3600_000);
    expect(keys.find(issued.accessKeyId)).toMatchObject({ kind: 'role', ...issued, roleName: 'r', sessionName: 'i-1', instanceId: 'i-1' });
    expect(keys.find('ASIANOBODY')).toBeUndefined();
    expect(keys.issueRoleCredentials('r', 'i-1').accessKeyId).not.toBe(issued.accessKeyId);
  });

  it('forgets keys an hour after their end, not sooner', () => {
    let now = 0;
    const keys = createKeyRing({ accountId: '1', now: () => now });
    const { accessKeyId } = keys.issueRoleCredentials('r', 's', { durationSeconds: 900 });
    now = 900_000 + 3_599_000;
    keys.issueRoleCredentials('r', 's');
    expect(keys.find(accessKeyId)).toBeDefined();
    now += 2000;
    keys.issueRoleCredentials('r', 's');
    expect(keys.find(accessKeyId)).toBeUndefined();
  });

  it('voids keys of a role that is gone or was made anew', () => {
    let roleId: string | undefined = 'AROA1';
    const keys = createKeyRing({ accountId: '1', now: () => 0, roleIdOf: () => roleId });
    const { accessKeyId } = keys.issueRoleCredentials('r', 's');
    expect(keys.find(accessKeyId)).toBeDefined();
    roleId = 'AROA2';
    expect(keys.find(accessKeyId)).toBeUndefined();
    roleId = undefined;
    expect(keys.find(accessKeyId)).toBeUndefined();
  });
});
