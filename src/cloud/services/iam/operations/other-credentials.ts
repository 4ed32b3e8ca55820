/**
 * What a user has not here, said as IAM says it of a user that never had it: passwords, certificates, SSH and service
 * keys. The operations that would make them are not there. Clients that remove a user (Terraform's `force_destroy`) ask.
 */
import type { Operation } from '../../../endpoint/operation.js';
import { bool, str, strOpt } from '../../../endpoint/input.js';
import { noSuchEntity, requireUser } from '../entities.js';
import { userNameOf } from '../own-name.js';
import { listReply } from '../pages.js';
import { labUser } from '../users.js';

/** An empty list, for a user that is there. */
const none = (member: string): Operation => (input, context) => {
  const userName = userNameOf(input, context);
  if (userName !== labUser(context).userName) requireUser(context.globalState, userName);
  return listReply(member, [], input, String, String);
};

export const listSshPublicKeys = none('SSHPublicKeys');
export const listSigningCertificates = none('Certificates');

export const listServiceSpecificCredentials: Operation = (input, { globalState }) => {
  strOpt(input, 'ServiceName');
  const userName = strOpt(input, 'UserName');
  if (userName !== undefined) requireUser(globalState, userName);
  const { ServiceSpecificCredentials, IsTruncated } = listReply('ServiceSpecificCredentials', [], input, String, String);
  return { ServiceSpecificCredentials, IsTruncated: bool(input, 'AllUsers', false) ? IsTruncated : undefined };
};

/** GetLoginProfile and DeleteLoginProfile: nobody has a password. */
export const noLoginProfile: Operation = (input, { globalState }) => {
  const { userName } = requireUser(globalState, str(input, 'UserName'));
  throw noSuchEntity(`Login Profile for User ${userName} cannot be found.`);
};
