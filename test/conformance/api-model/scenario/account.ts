/** Regions that an account enables. */
import { steps } from './step.js';

export const account = steps('account', [
  ['ListRegions', { MaxResults: 2, RegionOptStatusContains: ['DISABLED'] }, { expect: { 'Regions.0.RegionName': 'af-south-1', 'Regions.0.RegionOptStatus': 'DISABLED' } }],
  ['GetRegionOptStatus', { RegionName: 'ap-east-1' }, { expect: { RegionOptStatus: 'DISABLED' } }],
  ['GetRegionOptStatus', { RegionName: '<region>' }, { expect: { RegionOptStatus: 'ENABLED_BY_DEFAULT' } }],
  ['EnableRegion', { RegionName: 'ap-east-1' }],
  ['GetRegionOptStatus', { RegionName: 'ap-east-1' }, { expect: { RegionOptStatus: 'ENABLED' } }],
  ['EnableRegion', { RegionName: 'us-east-1' }, { error: 'ValidationException' }],
  ['EnableRegion', { RegionName: 'nowhere-1' }, { error: 'ValidationException' }],
  ['DisableRegion', { RegionName: 'ap-east-1' }],
  ['ListRegions', { RegionOptStatusContains: ['ENABLED'] }],
]);
