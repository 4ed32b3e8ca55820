/** ssm:GetServiceSetting, ssm:UpdateServiceSetting, ssm:ResetServiceSetting: the account's settings, each at its default, since nothing here would act on another value. */
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../../endpoint/operation.js';
import { InputError } from '../../../endpoint/input.js';
import { requiredString } from '../../../endpoint/typed-input.js';

/** Those whose default AWS documents (Systems Manager API reference, GetServiceSetting). `$None`: Default Host Management Configuration is off. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['/ssm/documents/console/public-sharing-permission', 'Enable'],
  ['/ssm/managed-instance/activation-tier', 'standard'],
  ['/ssm/managed-instance/default-ec2-instance-management-role', '$None'],
  ['/ssm/parameter-store/default-parameter-tier', 'Standard'],
  ['/ssm/parameter-store/high-throughput-enabled', 'false'],
]);

const ARN = /^arn:[^:]+:ssm:([^:]+):([^:]+):servicesetting(\/.+)$/;

/** By its id or its ARN. Throws ServiceSettingNotFound. */
function settingOf(input: Input, { region, accountId }: OperationContext): { readonly id: string; readonly value: string } {
  const given = requiredString(input, 'SettingId', { min: 1, max: 1000 });
  const [, ofRegion, ofAccount, named] = ARN.exec(given) ?? [];
  const id = named === undefined ? given : ofRegion === region && ofAccount === accountId ? named : '';
  const value = DEFAULTS.get(id);
  if (value === undefined) throw new AwsError('ServiceSettingNotFound', `Setting is not found for ${given}. The local cloud has ${[...DEFAULTS.keys()].join(', ')}.`);
  return { id, value };
}

function settingView({ id, value }: { readonly id: string; readonly value: string }, { region, accountId }: OperationContext): Output {
  return { SettingId: id, SettingValue: value, LastModifiedUser: 'System', ARN: `arn:aws:ssm:${region}:${accountId}:servicesetting${id}`, Status: 'Default' };
}

export const getServiceSetting: Operation = (input, context) => ({ ServiceSetting: settingView(settingOf(input, context), context) });

/** Takes the value that it has already, and refuses any other by name. */
export const updateServiceSetting: Operation = (input, context) => {
  const { value } = settingOf(input, context);
  const asked = requiredString(input, 'SettingValue', { min: 1, max: 4096 });
  if (asked !== value) throw new InputError('SettingValue', asked, { kind: 'unsupported' });
  return {};
};

export const resetServiceSetting: Operation = (input, context) => ({ ServiceSetting: settingView(settingOf(input, context), context) });
