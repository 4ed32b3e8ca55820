/** CreateInstanceProfile. */
import type { Operation } from '../../../endpoint/operation.js';
import { alreadyExists, entityName, entityPath, newTags, newUniqueId, shownInstanceProfile } from '../entities.js';
import { instanceProfiles, type InstanceProfileRecord } from '../records.js';

export const createInstanceProfile: Operation = (input, context) => {
  const name = entityName(input, 'InstanceProfileName', 128);
  const path = entityPath(input);
  const profile: InstanceProfileRecord = {
    instanceProfileName: name,
    instanceProfileId: newUniqueId('AIPA'),
    arn: `arn:aws:iam::${context.accountId}:instance-profile${path}${name}`,
    path,
    createdAt: context.now(),
    tags: newTags(input),
  };
  context.globalState.transact((tx) => {
    if (tx.list(instanceProfiles).some((other) => other.instanceProfileName.toLowerCase() === name.toLowerCase())) throw alreadyExists(`Instance Profile ${name} already exists.`);
    tx.put(instanceProfiles, name, profile);
  });
  return { InstanceProfile: shownInstanceProfile(profile, context.globalState) };
};
