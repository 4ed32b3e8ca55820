/** Systems Manager: parameters, documents, a pushed key, and a session with the instance of the EC2 scenario. */
import { KEY } from './ec2.js';
import { steps } from './step.js';

const ONE = { Name: '/<run>/one' };
const DOCUMENT = { Name: '<run>-document' };
const SHELL = JSON.stringify({ schemaVersion: '1.0', description: 'of the scenario', sessionType: 'Standard_Stream', inputs: { idleSessionTimeout: '20' } });
const RESOURCE = { ResourceType: 'Parameter', ResourceId: '/<run>/one' };

export const ssm = [...steps('ec2', [
  // Its automatic address went with the first Elastic IP that it had (V11), and without one it has no way to the service.
  ['AssociateAddress', { AllocationId: '<second>', InstanceId: '<instance>' }, { save: { kept: 'AssociationId' } }],
]), ...steps('ec2-instance-connect', [
  ['SendSSHPublicKey', { InstanceId: '<instance>', InstanceOSUser: 'ec2-user', SSHPublicKey: KEY }, { expect: { Success: 'true' } }],
  ['SendSSHPublicKey', { InstanceId: 'i-0123456789abcdef0', InstanceOSUser: 'ec2-user', SSHPublicKey: KEY }, { error: 'EC2InstanceNotFoundException' }],
]), ...steps('ssm', [
  ['PutParameter', { ...ONE, Value: 'first', Type: 'String', Description: 'of the scenario', Tags: [{ Key: 'a', Value: 'b' }] }, { expect: { Version: '1' } }],
  ['PutParameter', { ...ONE, Value: 'second', Type: 'String', Overwrite: true }, { expect: { Version: '2' } }],
  ['PutParameter', { ...ONE, Value: 'third', Type: 'String' }, { error: 'ParameterAlreadyExists' }],
  ['PutParameter', { Name: '/<run>/two', Value: 'a,b', Type: 'StringList' }],
  ['GetParameter', ONE, { expect: { 'Parameter.Value': 'second' } }],
  ['GetParameter', { Name: '/<run>/nope' }, { error: 'ParameterNotFound' }],
  ['GetParameters', { Names: ['/<run>/one', '/<run>/nope'] }, { expect: { 'InvalidParameters.0': '/<run>/nope' } }],
  ['GetParametersByPath', { Path: '/<run>', Recursive: true }],
  ['GetParameterHistory', ONE, { expect: { 'Parameters.0.Value': 'first' } }],
  ['LabelParameterVersion', { ...ONE, ParameterVersion: 1, Labels: ['old'] }],
  ['UnlabelParameterVersion', { ...ONE, ParameterVersion: 1, Labels: ['old'] }],
  ['DescribeParameters', { ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/<run>/'] }] }],
  ['AddTagsToResource', { ...RESOURCE, Tags: [{ Key: 'c', Value: 'd' }] }],
  ['ListTagsForResource', RESOURCE, { expect: { 'TagList.1.Key': 'c' } }],
  ['RemoveTagsFromResource', { ...RESOURCE, TagKeys: ['c'] }],
  ['DeleteParameter', ONE],
  ['DeleteParameters', { Names: ['/<run>/two', '/<run>/nope'] }, { expect: { 'DeletedParameters.0': '/<run>/two', 'InvalidParameters.0': '/<run>/nope' } }],
  ['GetServiceSetting', { SettingId: '/ssm/managed-instance/default-ec2-instance-management-role' }, { expect: { 'ServiceSetting.SettingValue': '$None', 'ServiceSetting.Status': 'Default' }, save: { setting: 'ServiceSetting.ARN' } }],
  ['GetServiceSetting', { SettingId: '/ssm/nope' }, { error: 'ServiceSettingNotFound' }],
  ['UpdateServiceSetting', { SettingId: '<setting>', SettingValue: 'service-role/<run>-nobody' }],
  ['GetServiceSetting', { SettingId: '<setting>' }, { expect: { 'ServiceSetting.SettingValue': 'service-role/<run>-nobody', 'ServiceSetting.Status': 'Customized' } }],
  ['UpdateServiceSetting', { SettingId: '<setting>', SettingValue: '$None' }],
  ['UpdateServiceSetting', { SettingId: '<setting>', SettingValue: 'a role' }, { error: 'ValidationException' }],
  ['ResetServiceSetting', { SettingId: '<setting>' }, { expect: { 'ServiceSetting.SettingValue': '$None' } }],
  ['ListDocuments', { Filters: [{ Key: 'Owner', Values: ['Amazon'] }] }],
  ['DescribeDocument', { Name: 'AWS-StartNonInteractiveCommand' }],
  ['GetDocument', { Name: 'AWS-StartNonInteractiveCommand' }],
  ['GetDocument', { Name: 'AWS-Nope' }, { error: 'InvalidDocument' }],
  ['CreateDocument', { ...DOCUMENT, Content: SHELL, DocumentType: 'Session', VersionName: 'first', Tags: [{ Key: 'a', Value: 'b' }] }, { expect: { 'DocumentDescription.DocumentVersion': '1' } }],
  ['CreateDocument', { ...DOCUMENT, Content: SHELL, DocumentType: 'Session' }, { error: 'DocumentAlreadyExists' }],
  ['UpdateDocument', { ...DOCUMENT, Content: SHELL.replace('20', '30'), DocumentVersion: '$LATEST' }, { expect: { 'DocumentDescription.LatestVersion': '2' } }],
  ['UpdateDocumentDefaultVersion', { ...DOCUMENT, DocumentVersion: '2' }, { expect: { 'Description.DefaultVersion': '2' } }],
  ['ListDocumentVersions', DOCUMENT, { expect: { 'DocumentVersions.0.DocumentVersion': '2' } }],
  ['DeleteDocument', DOCUMENT],
  ['DescribeInstanceInformation', { Filters: [{ Key: 'InstanceIds', Values: ['<instance>'] }] }, { until: { 'InstanceInformationList.0.PingStatus': 'Online' } }],
  ['GetConnectionStatus', { Target: '<instance>' }, { until: { Status: 'connected' } }],
  ['SendCommand', { DocumentName: 'AWS-RunShellScript', InstanceIds: ['<instance>'], Parameters: { commands: ['echo word'] }, Comment: 'of the scenario' }, { save: { command: 'Command.CommandId' } }],
  ['SendCommand', { DocumentName: 'AWS-RunShellScript', InstanceIds: ['<plain>'], Parameters: { commands: ['true'] } }, { error: 'InvalidInstanceId' }],
  ['GetCommandInvocation', { CommandId: '<command>', InstanceId: '<instance>' }, { until: { Status: 'Success' }, expect: { StandardOutputContent: 'word\n', ResponseCode: '0' } }],
  ['ListCommandInvocations', { CommandId: '<command>', Details: true }, { expect: { 'CommandInvocations.0.CommandPlugins.0.Status': 'Success' } }],
  ['ListCommands', { InstanceId: '<instance>' }, { expect: { 'Commands.0.CommandId': '<command>' } }],
  ['CancelCommand', { CommandId: '<command>' }],
  ['StartSession', { Target: '<instance>', Reason: 'scenario' }, { save: { session: 'SessionId' } }],
  ['StartSession', { Target: '<plain>' }, { error: 'TargetNotConnected' }],
  ['ResumeSession', { SessionId: '<session>' }],
  ['DescribeSessions', { State: 'Active' }, { expect: { 'Sessions.0.SessionId': '<session>' } }],
  ['TerminateSession', { SessionId: '<session>' }, { expect: { SessionId: '<session>' } }],
  ['DescribeSessions', { State: 'History' }],
]), ...steps('ec2', [
  ['DisassociateAddress', { AssociationId: '<kept>' }],
])];
