/**
 * ssm:GetServiceSetting, ssm:UpdateServiceSetting, ssm:ResetServiceSetting. The role of Default Host Management can be set, and is lent to instances; the
 * others stay at their default, since nothing here would act on another value.
 */
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../../endpoint/operation.js';
import { InputError } from '../../../endpoint/input.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import type { Reader } from '../../../state/store.js';
import { SERVICE_SETTINGS } from '../records.js';

export const DEFAULT_ROLE_SETTING = '/ssm/managed-instance/default-ec2-instance-management-role';

/** Those whose default AWS documents (Systems Manager API reference, GetServiceSetting). `$None`: Default Host Management Configuration is off. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['/ssm/documents/console/public-sharing-permission', 'Enable'],
  ['/ssm/managed-instance/activation-tier', 'standard'],
  [DEFAULT_ROLE_SETTING, '$None'],
  ['/ssm/parameter-store/default-parameter-tier', 'Standard'],
  ['/ssm/parameter-store/high-throughput-enabled', 'false'],
]);

const ARN = /^arn:[^:]+:ssm:([^:]+):([^:]+):servicesetting(\/.+)$/;
/** A role by its name, with its path where it has one: `service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole`. */
const ROLE = /^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** The value in force in the region that is read. */
export const settingInForce = (state: Reader, id: string): string => state.get(SERVICE_SETTINGS, id)?.value ?? DEFAULTS.get(id) ?? '';

/** Its id, by the id or the ARN. Throws ServiceSettingNotFound. */
function settingOf(input: Input, { region, accountId }: OperationContext): string {
  const given = requiredString(input, 'SettingId', { min: 1, max: 1000 });
  const [, ofRegion, ofAccount, named] = ARN.exec(given) ?? [];
  const id = named === undefined ? given : ofRegion === region && ofAccount === accountId ? named : '';
  if (!DEFAULTS.has(id)) throw new AwsError('ServiceSettingNotFound', `Setting is not found for ${given}. The local cloud has ${[...DEFAULTS.keys()].join(', ')}.`);
  return id;
}

function settingView(id: string, { region, accountId, state }: OperationContext): Output {
  const set = state.get(SERVICE_SETTINGS, id);
  return {
    SettingId: id, SettingValue: settingInForce(state, id), LastModifiedUser: set?.modifiedBy ?? 'System', LastModifiedDate: set === undefined ? undefined : new Date(set.modified),
    ARN: `arn:aws:ssm:${region}:${accountId}:servicesetting${id}`, Status: set === undefined ? 'Default' : 'Customized',
  };
}

export const getServiceSetting: Operation = (input, context) => ({ ServiceSetting: settingView(settingOf(input, context), context) });

/** Of the others: takes the value that it has already, and refuses any other by name. */
export const updateServiceSetting: Operation = (input, context) => {
  const id = settingOf(input, context);
  const asked = requiredString(input, 'SettingValue', { min: 1, max: 4096 });
  if (id !== DEFAULT_ROLE_SETTING) {
    if (asked !== DEFAULTS.get(id)) throw new InputError('SettingValue', asked, { kind: 'unsupported' });
    return {};
  }
  if (asked !== '$None' && !ROLE.test(asked)) throw new AwsError('ValidationException', `"${asked}" is not the name of a role, with its path where it has one`);
  context.state.transact((tx) => tx.put(SERVICE_SETTINGS, id, { id, value: asked, modified: context.now(), modifiedBy: context.caller.arn }));
  return {};
};

export const resetServiceSetting: Operation = (input, context) => {
  const id = settingOf(input, context);
  if (context.state.get(SERVICE_SETTINGS, id) !== undefined) context.state.transact((tx) => tx.delete(SERVICE_SETTINGS, id));
  return { ServiceSetting: settingView(id, context) };
};
