/** AWS Security Token Service: who am I, and temporary keys of roles and users. SAML, federation tokens and DecodeAuthorizationMessage are not there. */
import type { Service } from '../../endpoint/operation.js';
import { assumeRole } from './operations/assume-role.js';
import { assumeRoleWithWebIdentity } from './operations/assume-role-with-web-identity.js';
import { getAccessKeyInfo } from './operations/get-access-key-info.js';
import { getCallerIdentity } from './operations/get-caller-identity.js';
import { getSessionToken } from './operations/get-session-token.js';

export const sts: Service = {
  name: 'sts',
  protocol: 'query',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  unsigned: ['AssumeRoleWithWebIdentity'],
  operations: {
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  },
};
