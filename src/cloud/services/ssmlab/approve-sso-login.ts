/** ssmlab:ApproveSsoLogin: who the login of a device code is, and which permission sets are assigned to it: what somebody does in Identity Center's pages, which are not here. */
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { optionalInteger, optionalString, requiredString, strings } from '../../endpoint/typed-input.js';
import { provision } from '../sso/permission-sets.js';
import { devices, isLive } from '../sso/records.js';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

/**
 * `UserCode`; `UserName` (default `lab`), `PermissionSets` (default none), `PolicyArns` of those that are made for it (default AdministratorAccess),
 * `TokenSeconds` that access tokens hold (default eight hours, as Identity Center's).
 */
export const approveSsoLogin: Operation = async (input, context) => {
  const userCode = requiredString(input, 'UserCode', { pattern: /^[A-Z]{4}-[A-Z]{4}$/ });
  const userName = optionalString(input, 'UserName', { pattern: /^[\w+=,.@-]{2,64}$/ }) ?? 'lab';
  const permissionSets = strings(input, 'PermissionSets');
  if (permissionSets.some((name) => !/^[\w+=,.@-]{1,32}$/.test(name))) throw new AwsError('ValidationException', 'A permission set has a name of 1 to 32 letters, digits and +=,.@_-');
  const policyArns = strings(input, 'PolicyArns');
  const tokenSeconds = optionalInteger(input, 'TokenSeconds', { min: 1, max: 90 * 86_400 }) ?? 8 * 3600;
  const { globalState } = context;
  const find = () => globalState.list(devices).find((device) => device.userCode === userCode && isLive(device, context.now()));
  if (find() === undefined) throw new AwsError('ResourceNotFoundException', `no login waits for the code ${userCode}`);
  for (const permissionSet of permissionSets) await provision(permissionSet, policyArns.length === 0 ? [ADMINISTRATOR] : policyArns, context);
  globalState.transact((tx) => {
    const device = find();
    if (device === undefined) throw new AwsError('ResourceNotFoundException', `no login waits for the code ${userCode}`);
    tx.put(devices, device.deviceHash, { ...device, login: { userName, permissionSets, tokenSeconds } });
  });
  return { UserCode: userCode, UserName: userName, PermissionSets: permissionSets };
};
