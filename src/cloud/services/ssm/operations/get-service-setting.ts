/** ssm:GetServiceSetting: what a region's settings are that nobody changed; here nobody can. */
import { AwsError } from '../../../endpoint/operation.js';
import type { Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';

/** Default values by id, of the settings that decide which instances are managed (`aws-facts.md` §1): Default Host Management Configuration is off, hybrid nodes have the standard tier. */
const DEFAULTS: Readonly<Record<string, string>> = {
  '/ssm/managed-instance/default-ec2-instance-management-role': '$None',
  '/ssm/managed-instance/activation-tier': 'standard',
};

export const getServiceSetting: Operation = (input, context) => {
  const asked = requiredString(input, 'SettingId', { min: 1, max: 1000 });
  const prefix = `arn:aws:ssm:${context.region}:${context.accountId}:servicesetting`;
  const id = asked.startsWith(prefix) ? asked.slice(prefix.length) : asked;
  const value = Object.hasOwn(DEFAULTS, id) ? DEFAULTS[id] : undefined;
  if (value === undefined) throw new AwsError('ServiceSettingNotFound', `Setting ${asked} not found. Please refer to Systems Manager Documentation for the supported settings.`);
  return { ServiceSetting: { SettingId: id, SettingValue: value, ARN: `${prefix}${id}`, Status: 'Default' } };
};
