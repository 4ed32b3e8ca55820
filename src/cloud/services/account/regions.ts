/** The regions of AWS, and which of them this account has enabled (Account Management reference guide, "Enable or disable AWS Regions in your account"). */
import { table, type Reader } from '../../state/store.js';

/** Regions that need no opting in, with their long names. Any other region name is served too, and shown when it is the one asked. */
export const DEFAULT_REGIONS: Readonly<Record<string, string>> = {
  'ap-south-1': 'Asia Pacific (Mumbai)', 'eu-north-1': 'Europe (Stockholm)', 'eu-west-3': 'Europe (Paris)', 'eu-west-2': 'Europe (London)', 'eu-west-1': 'Europe (Ireland)',
  'ap-northeast-3': 'Asia Pacific (Osaka)', 'ap-northeast-2': 'Asia Pacific (Seoul)', 'ap-northeast-1': 'Asia Pacific (Tokyo)', 'ca-central-1': 'Canada (Central)', 'sa-east-1': 'South America (Sao Paulo)',
  'ap-southeast-1': 'Asia Pacific (Singapore)', 'ap-southeast-2': 'Asia Pacific (Sydney)', 'eu-central-1': 'Europe (Frankfurt)',
  'us-east-1': 'US East (N. Virginia)', 'us-east-2': 'US East (Ohio)', 'us-west-1': 'US West (N. California)', 'us-west-2': 'US West (Oregon)',
};

/** Those that an account has to opt in to. */
export const OPT_IN_REGIONS = [
  'af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-1', 'eu-south-2',
  'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1',
] as const;

export interface EnabledRegionRecord {
  readonly regionName: string;
}

/** By name: opt-in regions that the account has enabled. */
export const enabledRegions = table<EnabledRegionRecord>('account/enabled-region');

export const isOptIn = (region: string): boolean => (OPT_IN_REGIONS as readonly string[]).includes(region);

/** Whether the region knows the account's keys. */
export const isEnabled = (globalState: Reader, region: string): boolean => !isOptIn(region) || globalState.get(enabledRegions, region) !== undefined;
