/** CloudFormation's errors, in its own words where they are known (`control-plane.md` c01–c18). */
import { AwsError } from '../endpoint/operation.js';

/** The one code for everything that is wrong with a request or a template. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

export function stackMissing(name: string): AwsError {
  return validationError(`Stack with id ${name} does not exist`);
}

/** A resource that could not be made, changed or deleted; the message becomes the event's reason. */
export class ResourceFailure extends Error {
  readonly handlerErrorCode: string;

  constructor(message: string, handlerErrorCode: string) {
    super(message);
    this.name = 'ResourceFailure';
    this.handlerErrorCode = handlerErrorCode;
  }
}

/** How the registry's handlers classify a service's error (CloudFormation CLI guide, "Handler error codes"). */
function handlerErrorCode(code: string): string {
  if (/NotFound|NoSuchEntity|DoesNotExist/.test(code)) return 'NotFound';
  if (code === 'DeleteConflict') return 'InvalidRequest';
  if (/Duplicate|AlreadyExists|AlreadyAssociated|Conflict/.test(code)) return 'AlreadyExists';
  if (/LimitExceeded/.test(code)) return 'ServiceLimitExceeded';
  if (/AccessDenied|Unauthorized/.test(code)) return 'AccessDenied';
  if (/InternalError|InternalFailure|ServiceUnavailable/.test(code)) return 'ServiceInternalError';
  return 'InvalidRequest';
}

/** `ec2` → `Ec2`, as the handlers' messages name services. */
function serviceName(service: string): string {
  return service.charAt(0).toUpperCase() + service.slice(1);
}

/** An error of a service, and which service it was. */
export class ServiceFailure extends Error {
  readonly service: string;
  readonly operation: string;
  readonly error: AwsError;

  constructor(service: string, operation: string, error: AwsError) {
    super(error.message, { cause: error });
    this.name = 'ServiceFailure';
    this.service = service;
    this.operation = operation;
    this.error = error;
  }

  get code(): string {
    return this.error.code;
  }
}

/** ResourceStatusReason of a failed step; undefined for an error that is not AWS's, which is ours and must surface. */
export function failureReason(error: unknown, requestId: string): string | undefined {
  if (error instanceof ServiceFailure) {
    const { service, error: { code, message, status } } = error;
    return `Resource handler returned message: "${message} (Service: ${serviceName(service)}, Status Code: ${status}, Request ID: ${requestId})" (RequestToken: ${requestId}, HandlerErrorCode: ${handlerErrorCode(code)})`;
  }
  if (error instanceof ResourceFailure) {
    return `Resource handler returned message: "${error.message}" (RequestToken: ${requestId}, HandlerErrorCode: ${error.handlerErrorCode})`;
  }
  if (error instanceof AwsError) return error.message;
  return undefined;
}
