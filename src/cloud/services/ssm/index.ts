/** AWS Systems Manager as the lab needs it: parameters, managed instances, sessions and their documents. */
import type { Service } from '../../endpoint/operation.js';
import { addTagsToResource, listTagsForResource, removeTagsFromResource } from './operations/resource-tags.js';
import { cancelCommand } from './operations/cancel-command.js';
import { createDocument, deleteDocument, updateDocument, updateDocumentDefaultVersion } from './operations/change-documents.js';
import { deleteParameter } from './operations/delete-parameter.js';
import { deleteParameters } from './operations/delete-parameters.js';
import { describeDocument } from './operations/describe-document.js';
import { describeInstanceInformation } from './operations/describe-instance-information.js';
import { describeParameters } from './operations/describe-parameters.js';
import { describeSessions } from './operations/describe-sessions.js';
import { getCommandInvocation } from './operations/get-command-invocation.js';
import { getConnectionStatus } from './operations/get-connection-status.js';
import { getDocument } from './operations/get-document.js';
import { getParameterHistory } from './operations/get-parameter-history.js';
import { getParameter } from './operations/get-parameter.js';
import { getParametersByPath } from './operations/get-parameters-by-path.js';
import { getParameters } from './operations/get-parameters.js';
import { labelParameterVersion, unlabelParameterVersion } from './operations/label-parameter-version.js';
import { listCommandInvocations, listCommands } from './operations/list-commands.js';
import { listDocumentVersions } from './operations/list-document-versions.js';
import { listDocuments } from './operations/list-documents.js';
import { listInstanceAssociations } from './operations/list-instance-associations.js';
import { putParameter } from './operations/put-parameter.js';
import { registerManagedInstance, requestManagedInstanceRoleToken } from './operations/instance-management-role.js';
import { getServiceSetting, resetServiceSetting, updateServiceSetting } from './operations/service-settings.js';
import { resumeSession } from './operations/resume-session.js';
import { sendCommand } from './operations/send-command.js';
import { startSession } from './operations/start-session.js';
import { terminateSession } from './operations/terminate-session.js';
import { updateInstanceInformation } from './operations/update-instance-information.js';

export { forgetInstance } from './instances.js';
export { images, publicParameter, type Image, type PublicParameter } from './public-parameters.js';
export { type AgentJob, channelLost, deliveryRound, instanceBooted, jobAcknowledged, jobReplied } from './run-command/delivery.js';
export { INVOCATIONS_TABLE } from './run-command/records.js';
export { SERVICE_SETTINGS } from './records.js';
export { readJobReply } from './run-command/reply.js';
export { endSession, endSessionsOfBefore } from './sessions.js';

export const ssm: Service = {
  name: 'ssm',
  protocol: 'json',
  version: '2014-11-06',
  targetPrefix: 'AmazonSSM',
  operations: {
    AddTagsToResource: addTagsToResource,
    CancelCommand: cancelCommand,
    CreateDocument: createDocument,
    DeleteDocument: deleteDocument,
    DeleteParameter: deleteParameter,
    DeleteParameters: deleteParameters,
    DescribeDocument: describeDocument,
    DescribeInstanceInformation: describeInstanceInformation,
    DescribeParameters: describeParameters,
    DescribeSessions: describeSessions,
    GetCommandInvocation: getCommandInvocation,
    GetConnectionStatus: getConnectionStatus,
    GetDocument: getDocument,
    GetParameter: getParameter,
    GetParameterHistory: getParameterHistory,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
    GetServiceSetting: getServiceSetting,
    LabelParameterVersion: labelParameterVersion,
    ListCommandInvocations: listCommandInvocations,
    ListCommands: listCommands,
    ListDocumentVersions: listDocumentVersions,
    ListDocuments: listDocuments,
    ListInstanceAssociations: listInstanceAssociations,
    ListTagsForResource: listTagsForResource,
    PutParameter: putParameter,
    RegisterManagedInstance: registerManagedInstance,
    RemoveTagsFromResource: removeTagsFromResource,
    RequestManagedInstanceRoleToken: requestManagedInstanceRoleToken,
    ResetServiceSetting: resetServiceSetting,
    ResumeSession: resumeSession,
    SendCommand: sendCommand,
    StartSession: startSession,
    TerminateSession: terminateSession,
    UnlabelParameterVersion: unlabelParameterVersion,
    UpdateDocument: updateDocument,
    UpdateDocumentDefaultVersion: updateDocumentDefaultVersion,
    UpdateInstanceInformation: updateInstanceInformation,
    UpdateServiceSetting: updateServiceSetting,
  },
};
