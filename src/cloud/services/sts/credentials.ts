/** Temporary credentials as replies of STS show them. */
import type { Output } from '../../endpoint/operation.js';
import type { RoleCredentials } from '../../region.js';

export const shownCredentials = (issued: RoleCredentials): Output => ({
  AccessKeyId: issued.accessKeyId,
  SecretAccessKey: issued.secretAccessKey,
  SessionToken: issued.sessionToken,
  Expiration: new Date(Math.floor(issued.expiration / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
});
