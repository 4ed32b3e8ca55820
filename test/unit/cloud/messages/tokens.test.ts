import { expect, it } from 'vitest';
import { Tokens } from '../../../../src/cloud/messages/tokens.js';

it('is good once, for its purpose, for a minute', () => {
  let now = 0;
  const tokens = new Tokens(() => now);
  const token = tokens.issue('client s-1');
  expect(tokens.redeem('client s-2', token)).toBe(false);
  expect(tokens.redeem('client s-1', `${token}x`)).toBe(false);
  expect(tokens.redeem('client s-1', '')).toBe(false);
  expect(tokens.redeem('client s-1', token)).toBe(true);
  expect(tokens.redeem('client s-1', token)).toBe(false);
  const late = tokens.issue('client s-1');
  now = 60_001;
  expect(tokens.redeem('client s-1', late)).toBe(false);
  const revoked = tokens.issue('client s-1');
  tokens.revoke('client s-1');
  expect(tokens.redeem('client s-1', revoked)).toBe(false);
  expect(revoked.length).toBeLessThanOrEqual(300);
});
