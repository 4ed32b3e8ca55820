/** CloudFormation: a stack made, changed by a change set and by UpdateStack, described in every way, and deleted. */
import type { Value } from '../request.js';
import { readModel } from '../model.js';
import { steps, type Written } from './step.js';

const template = (value: string, subnet: Value = { 'Fn::Select': [0, { 'Fn::Cidr': [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, 2, 8] }] }): string => JSON.stringify({
  Description: 'of the scenario',
  Parameters: { Cidr: { Type: 'String', Default: '10.9.0.0/16', Description: 'the range' } },
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { Ref: 'Cidr' }, Tags: [{ Key: 'v', Value: value }] } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: subnet } },
  },
  Outputs: { VpcId: { Value: { Ref: 'Vpc' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-vpc' } } } },
});
const STACK = { StackName: '<run>-stack' };
const BROKEN = { StackName: '<run>-broken' };
const IMPORTER = JSON.stringify({ Resources: { Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { 'Fn::ImportValue': '<run>-stack-vpc' } } } } });
const KEPT = JSON.stringify({ Resources: { Kept: { Type: 'AWS::SSM::Parameter', DeletionPolicy: 'Retain', Properties: { Name: '/<run>/kept', Type: 'String', Value: 'v' } } } });
const IMPORTED = { StackName: '<run>-imported', ChangeSetName: '<run>-import' };
const SET = { ...STACK, ChangeSetName: '<run>-set' };

const EXPRESS = { StackName: '<run>-express' };
/** For models of 2026-07 or later: older ones have no DeploymentConfig. */
const EXPRESS_STEPS: readonly Written[] = [
  ['CreateStack', { ...EXPRESS, TemplateBody: KEPT.replace('Retain', 'Delete').replace('kept', 'express'), DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: false } }, { save: { express: 'StackId' } }],
  ['DescribeStacks', EXPRESS, { until: { 'Stacks.0.StackStatus': 'CREATE_COMPLETE' }, expect: { 'Stacks.0.DeploymentConfig.Mode': 'EXPRESS' } }],
  ['CreateChangeSet', { ...EXPRESS, ChangeSetName: '<run>-quick', TemplateBody: KEPT.replace('Retain', 'Delete').replace('kept', 'express').replace('"v"', '"w"'), DeploymentConfig: { Mode: 'EXPRESS' } }],
  ['DescribeChangeSet', { ...EXPRESS, ChangeSetName: '<run>-quick' }, { until: { Status: 'CREATE_COMPLETE' }, expect: { 'DeploymentConfig.DisableRollback': 'true' } }],
  ['DeleteStack', { ...EXPRESS, DeploymentConfig: { Mode: 'EXPRESS' } }],
  ['DescribeStacks', { StackName: '<express>' }, { until: { 'Stacks.0.StackStatus': 'DELETE_COMPLETE' } }],
];

export const cloudformation = steps('cloudformation', [
  ['ValidateTemplate', { TemplateBody: template('1') }, { expect: { 'Parameters.0.ParameterKey': 'Cidr' } }],
  ['ValidateTemplate', { TemplateBody: '{' }, { error: 'ValidationError' }],
  ['GetTemplateSummary', { TemplateBody: template('1') }],
  ['CreateStack', { ...STACK, TemplateBody: template('1'), Tags: [{ Key: 'run', Value: '<run>' }], ClientRequestToken: '<run>-token' }, { save: { stack: 'StackId' } }],
  ['DescribeStacks', STACK, { until: { 'Stacks.0.StackStatus': 'CREATE_COMPLETE' } }],
  ['CreateStack', { ...STACK, TemplateBody: template('1') }, { error: 'AlreadyExistsException' }],
  ['DescribeStacks', { StackName: '<run>-nope' }, { error: 'ValidationError' }],
  ['DescribeStackEvents', STACK],
  ['DescribeStackResource', { ...STACK, LogicalResourceId: 'Vpc' }],
  ['DescribeStackResources', STACK],
  ['ListStackResources', STACK],
  ['ListStacks', { StackStatusFilter: ['CREATE_COMPLETE'] }],
  ['GetTemplate', STACK],
  ['CreateChangeSet', { ...SET, TemplateBody: template('2'), Description: 'of the scenario', ChangeSetType: 'UPDATE' }],
  ['DescribeChangeSet', SET, { until: { Status: 'CREATE_COMPLETE' }, expect: { 'Changes.0.ResourceChange.LogicalResourceId': 'Vpc' } }],
  ['ListChangeSets', STACK],
  ['ExecuteChangeSet', SET],
  ['DescribeStacks', STACK, { until: { 'Stacks.0.StackStatus': 'UPDATE_COMPLETE' } }],
  ['CreateChangeSet', { ...STACK, ChangeSetName: '<run>-unused', TemplateBody: template('3') }],
  ['DeleteChangeSet', { ...STACK, ChangeSetName: '<run>-unused' }],
  ['CreateChangeSet', { ...STACK, ChangeSetName: '<run>-heal', UsePreviousTemplate: true, DeploymentMode: 'REVERT_DRIFT' }],
  ['DescribeChangeSet', { ...STACK, ChangeSetName: '<run>-heal' }, { expect: { Status: 'FAILED', StackDriftStatus: 'IN_SYNC', DeploymentMode: 'REVERT_DRIFT' } }],
  ['UpdateStack', { ...STACK, TemplateBody: template('4') }],
  ['DescribeStacks', STACK, { until: { 'Stacks.0.StackStatus': 'UPDATE_COMPLETE' } }],
  ['UpdateStack', { ...STACK, UsePreviousTemplate: true }, { error: 'ValidationError' }],
  ['CancelUpdateStack', STACK, { error: 'ValidationError' }],
  ['ContinueUpdateRollback', STACK, { error: 'ValidationError' }],
  ['CreateStack', { ...BROKEN, TemplateBody: template('broken', '10.200.0.0/24'), DisableRollback: true }, { save: { broken: 'StackId' } }],
  ['DescribeStacks', BROKEN, { until: { 'Stacks.0.StackStatus': 'CREATE_FAILED' } }],
  ['RollbackStack', BROKEN, { expect: { StackId: '<broken>' } }],
  ['DescribeStacks', { StackName: '<broken>' }, { until: { 'Stacks.0.StackStatus': 'ROLLBACK_COMPLETE' } }],
  ['DeleteStack', BROKEN],
  ...(readModel('cloudformation')?.shapes['DeploymentConfig'] === undefined ? [] : EXPRESS_STEPS),
  ['DescribeEvents', STACK, { expect: { 'OperationEvents.0.ResourceStatus': 'UPDATE_COMPLETE', 'OperationEvents.0.OperationType': 'UPDATE_STACK' } }],
  ['DescribeEvents', { ...STACK, Filters: { FailedEvents: true } }],
  ['DescribeEvents', {}, { error: 'ValidationError' }],
  ['DetectStackDrift', STACK, { save: { detection: 'StackDriftDetectionId' } }],
  ['DescribeStackDriftDetectionStatus', { StackDriftDetectionId: '<detection>' }, { until: { DetectionStatus: 'DETECTION_COMPLETE' }, expect: { StackDriftStatus: 'IN_SYNC' } }],
  ['DescribeStackResourceDrifts', STACK, { expect: { 'StackResourceDrifts.0.StackResourceDriftStatus': 'IN_SYNC' } }],
  ['DetectStackResourceDrift', { ...STACK, LogicalResourceId: 'Vpc' }, { expect: { 'StackResourceDrift.StackResourceDriftStatus': 'IN_SYNC' } }],
  ['GetStackPolicy', STACK],
  ['DescribeAccountLimits', {}, { expect: { 'AccountLimits.0.Name': 'StackLimit' } }],
  ['ListExports', {}],
  ['CreateStack', { StackName: '<run>-importer', TemplateBody: IMPORTER }, { save: { importer: 'StackId' } }],
  ['DescribeStacks', { StackName: '<run>-importer' }, { until: { 'Stacks.0.StackStatus': 'CREATE_COMPLETE' } }],
  ['ListImports', { ExportName: '<run>-stack-vpc' }, { expect: { 'Imports.0': '<run>-importer' } }],
  ['DeleteStack', { StackName: '<importer>' }],
  ['DescribeStacks', { StackName: '<importer>' }, { until: { 'Stacks.0.StackStatus': 'DELETE_COMPLETE' } }],
  ['ListImports', { ExportName: '<run>-stack-vpc' }, { error: 'ValidationError' }],
  ['CreateStack', { StackName: '<run>-kept', TemplateBody: KEPT }, { save: { kept: 'StackId' } }],
  ['DescribeStacks', { StackName: '<run>-kept' }, { until: { 'Stacks.0.StackStatus': 'CREATE_COMPLETE' } }],
  ['DeleteStack', { StackName: '<kept>' }],
  ['DescribeStacks', { StackName: '<kept>' }, { until: { 'Stacks.0.StackStatus': 'DELETE_COMPLETE' } }],
  ['GetTemplateSummary', { TemplateBody: KEPT }, { expect: { 'ResourceIdentifierSummaries.0.ResourceIdentifiers.0': 'Name' } }],
  ['CreateChangeSet', { ...IMPORTED, ChangeSetType: 'IMPORT', TemplateBody: KEPT, ResourcesToImport: [{ ResourceType: 'AWS::SSM::Parameter', LogicalResourceId: 'Kept', ResourceIdentifier: { Name: '/<run>/kept' } }] }],
  ['DescribeChangeSet', IMPORTED, { until: { Status: 'CREATE_COMPLETE' }, expect: { 'Changes.0.ResourceChange.Action': 'Import' } }],
  ['ExecuteChangeSet', IMPORTED],
  ['DescribeStacks', { StackName: '<run>-imported' }, { until: { 'Stacks.0.StackStatus': 'IMPORT_COMPLETE' } }],
  ['DescribeEvents', { StackName: '<run>-imported' }],
  ['ListStackResources', { StackName: '<run>-imported' }],
  ['DeleteStack', { StackName: '<run>-imported' }],
  ['UpdateTerminationProtection', { ...STACK, EnableTerminationProtection: true }, { expect: { StackId: '<stack>' } }],
  ['DeleteStack', STACK, { error: 'ValidationError' }],
  ['UpdateTerminationProtection', { ...STACK, EnableTerminationProtection: false }],
  ['DeleteStack', STACK],
  ['DescribeStacks', { StackName: '<stack>' }, { until: { 'Stacks.0.StackStatus': 'DELETE_COMPLETE' } }],
]);
