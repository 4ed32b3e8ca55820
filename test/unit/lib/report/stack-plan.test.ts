import { describe, expect, it } from 'vitest';
import type { ResourceChange } from '../../../../src/lib/inventory/overlay/resource-change.js';
import { planLines } from '../../../../src/lib/report/stack-plan.js';
import { plainStyle } from '../../../../src/lib/report/style.js';

const add = (logicalId: string, type: string): ResourceChange => ({ logicalId, type, action: 'Add', physicalId: undefined, replacement: undefined, details: [], drift: undefined }) as unknown as ResourceChange;
const CHANGES = [add('VPC1', 'AWS::EC2::VPC'), add('VPC2', 'AWS::EC2::VPC'), add('Attached', 'AWS::EC2::VPCGatewayAttachment'), ...Array.from({ length: 6 }, (_, i) => add(`RouteTable${i}`, 'AWS::EC2::RouteTable'))];

describe('the plan of a new stack', () => {
  it('has its names in one column', () => {
    expect(planLines(CHANGES.slice(0, 3), plainStyle(), 100)).toEqual([
      '3 resources are made:',
      '    2  AWS::EC2::VPC                   VPC1, VPC2',
      '    1  AWS::EC2::VPCGatewayAttachment  Attached',
    ]);
  });
  it('has them below their types where there is no room, within the width', () => {
    const lines = planLines(CHANGES, plainStyle(), 60);
    expect(lines.slice(0, 3)).toEqual(['9 resources are made:', '    2  AWS::EC2::VPC', '       VPC1, VPC2']);
    expect(lines.at(-1)).toMatch(/^ {7}RouteTable\d/u);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
  it('in a pipe is a line for each type', () => expect(planLines(CHANGES, plainStyle())).toHaveLength(4));
});
