/**
 * Reads replies by the model and judges them: an element or member that the model does not know, a required one that is not
 * there, a value of another type, outside its enum, lengths or pattern, a time that is not written as the protocol has it.
 */
import { shapeOf, type Model, type ModelledOperation, type Ref, type Shape } from './model.js';
import { judgeRestReply } from './rest-reply.js';
import { childOf, parseXml, type Element } from './xml.js';

export interface WireReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly text: string;
}

export interface Judged {
  /** What a client reads, by API names; of an error its code. */
  readonly output: unknown;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly problems: readonly string[];
}

/**
 * Values that AWS's services give although their models do not have them (`emulators.md` §3, "Enum trap"): shape name → values.
 * Everything else has to be of the model's enum, length and form.
 */
const BESIDE_THE_MODEL: Readonly<Record<string, readonly string[] | RegExp>> = {
  State: ['pendingAcceptance', 'pending', 'available', 'deleting', 'deleted', 'rejected', 'failed', 'expired'],
  // "This data type can only have a value of Policy" (AttachedPermissionsBoundary).
  PermissionsBoundaryAttachmentType: ['Policy'],
  // "For an internet gateway, the state is available when attached" (InternetGatewayAttachment).
  AttachmentStatus: ['available'],
  NetworkInterfaceType: ['nat_gateway', 'vpc_endpoint'],
  // The examples of the Run Command operations in the API reference have these empty, the elapsed time as a duration and
  // times with milliseconds, which the model's form has no room for.
  NotificationType: [''],
  S3BucketName: [''],
  CloudWatchLogGroupName: [''],
  StringDateTime: /^(?:PT\d+(?:\.\d+)?S|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$/,
};

function isBesideTheModel(shapeName: string, value: string): boolean {
  const known = BESIDE_THE_MODEL[shapeName];
  return known instanceof RegExp ? known.test(value) : known?.includes(value) === true;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** Collects the problems of one reply. */
export class Judge {
  readonly problems: string[] = [];
  readonly model: Model;

  constructor(model: Model) {
    this.model = model;
  }

  problem(path: string, what: string): void {
    this.problems.push(`${path}: ${what}`);
  }

  text(shape: Shape, name: string, value: string, path: string): string {
    if (isBesideTheModel(name, value)) return value;
    const shown = JSON.stringify(value.slice(0, 80));
    if (shape.enum !== undefined && !shape.enum.includes(value)) this.problem(path, `${shown} is not of the enum ${name}`);
    if (shape.min !== undefined && value.length < shape.min) this.problem(path, `${shown} is shorter than ${shape.min}`);
    if (shape.max !== undefined && value.length > shape.max) this.problem(path, `${shown} is longer than ${shape.max}`);
    if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value)) this.problem(path, `${shown} has not the form ${shape.pattern}`);
    return value;
  }

  number(shape: Shape, value: number, path: string): number {
    const whole = shape.type === 'integer' || shape.type === 'long';
    if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) this.problem(path, `${value} is not ${whole ? 'an integer' : 'a number'}`);
    if (shape.min !== undefined && value < shape.min) this.problem(path, `${value} is less than ${shape.min}`);
    if (shape.max !== undefined && value > shape.max) this.problem(path, `${value} is more than ${shape.max}`);
    return value;
  }

  required(shape: Shape, members: object, path: string): void {
    for (const name of shape.required ?? []) if (!Object.hasOwn(members, name)) this.problem(path, `the required member ${name} is not there`);
  }

  /** A list's minimum is for requests: AWS's own examples answer `Labels: []` where the model's minimum is 1. */
  count(shape: Shape, items: readonly unknown[], path: string): void {
    if (shape.max !== undefined && items.length > shape.max) this.problem(path, `has ${items.length} items, more than ${shape.max}`);
  }

  xml(ref: Ref, element: Element, path: string): unknown {
    const shape = shapeOf(this.model, ref);
    if (shape.type !== 'structure' && shape.type !== 'list' && shape.type !== 'map' && element.children.length > 0) this.problem(path, `is a ${shape.type} and has the element ${element.children[0]?.name}`);
    if ((shape.type === 'structure' || shape.type === 'list' || shape.type === 'map') && element.text.trim() !== '') this.problem(path, `is a ${shape.type} and has the text ${element.text.slice(0, 40)}`);
    switch (shape.type) {
      case 'structure': return this.xmlStructure(shape, element, path);
      case 'list': {
        const item = shape.member?.locationName ?? 'member';
        for (const child of element.children) if (child.name !== item) this.problem(path, `the list has the element ${child.name}, not ${item}`);
        return this.xmlList(shape, element.children, path);
      }
      case 'map': return Object.fromEntries(element.children.map((entry) => {
        const key = childOf(entry, shape.key?.locationName ?? 'key')?.text ?? '';
        const value = childOf(entry, shape.value?.locationName ?? 'value');
        return [key, value === undefined || shape.value === undefined ? undefined : this.xml(shape.value, value, `${path}.${key}`)];
      }));
      case 'integer': case 'long': case 'float': case 'double':
        if (!/^-?\d+(\.\d+)?$/.test(element.text)) this.problem(path, `${JSON.stringify(element.text)} is not a number`);
        return this.number(shape, Number(element.text), path);
      case 'boolean':
        if (element.text !== 'true' && element.text !== 'false') this.problem(path, `${JSON.stringify(element.text)} is not true or false`);
        return element.text === 'true';
      case 'timestamp':
        if (!ISO.test(element.text) || Number.isNaN(Date.parse(element.text))) this.problem(path, `${JSON.stringify(element.text)} is not a time of ISO 8601`);
        return element.text;
      case 'blob': return Buffer.from(element.text, 'base64').toString('utf8');
      default: return this.text(shape, ref.shape, element.text, path);
    }
  }

  xmlList(shape: Shape, elements: readonly Element[], path: string): unknown[] {
    const { member } = shape;
    this.count(shape, elements, path);
    return member === undefined ? [] : elements.map((element, index) => this.xml(member, element, `${path}.${index}`));
  }

  xmlStructure(shape: Shape, { children: elements, attributes }: Pick<Element, 'children' | 'attributes'>, path: string): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    const known = new Set<string>();
    for (const [name, ref] of Object.entries(shape.members ?? {})) {
      const target = shapeOf(this.model, ref);
      if (ref.xmlAttribute === true) {
        const text = attributes[ref.locationName ?? name];
        if (text !== undefined) found[name] = this.text(target, ref.shape, text, `${path}.${name}`);
        continue;
      }
      const flat = target.type === 'list' && (target.flattened === true || ref.flattened === true);
      const wire = flat ? (target.member?.locationName ?? ref.locationName ?? name) : (ref.locationName ?? name);
      known.add(wire);
      const own = elements.filter((element) => element.name === wire);
      const [first] = own;
      if (first === undefined) continue;
      if (own.length > 1 && !flat) this.problem(`${path}.${name}`, `is there ${own.length} times`);
      found[name] = flat ? this.xmlList(target, own, `${path}.${name}`) : this.xml(ref, first, `${path}.${name}`);
    }
    for (const element of elements) if (!known.has(element.name)) this.problem(path, `the model has no element ${element.name}`);
    this.required(shape, found, path);
    return found;
  }

  json(ref: Ref, value: unknown, path: string): unknown {
    const shape = shapeOf(this.model, ref);
    const wrong = (): void => this.problem(path, `${JSON.stringify(value)?.slice(0, 60)} is not a ${shape.type}`);
    switch (shape.type) {
      case 'structure': {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong();
        const members = shape.members ?? {};
        for (const [name, child] of Object.entries(value)) {
          const member = Object.hasOwn(members, name) ? members[name] : undefined;
          if (member === undefined) this.problem(path, `the model has no member ${name}`);
          else this.json(member, child, `${path}.${name}`);
        }
        this.required(shape, value, path);
        return value;
      }
      case 'list': {
        if (!Array.isArray(value)) return wrong();
        this.count(shape, value, path);
        for (const [index, item] of value.entries()) if (shape.member !== undefined) this.json(shape.member, item, `${path}.${index}`);
        return value;
      }
      case 'map': {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong();
        for (const [name, item] of Object.entries(value)) if (shape.value !== undefined) this.json(shape.value, item, `${path}.${name}`);
        return value;
      }
      case 'integer': case 'long': case 'float': case 'double': return typeof value === 'number' ? this.number(shape, value, path) : wrong();
      case 'boolean': return typeof value === 'boolean' ? value : wrong();
      // Seconds since 1970 with milliseconds behind the point; a client that reads them as milliseconds would be in the year 50000.
      case 'timestamp': return typeof value === 'number' && value > 0 && value < 1e11 ? value : wrong();
      default: return typeof value === 'string' ? this.text(shape, ref.shape, value, path) : wrong();
    }
  }
}

/** The models write Java's regular expressions, which match the whole or a part as they say; JavaScript reads nearly all. */
export function patternOf(pattern: string): RegExp {
  const whole = `^(?:${pattern})$`;
  for (const flags of ['su', 's']) {
    try {
      return new RegExp(whole, flags);
    } catch {
      // Not of this dialect.
    }
  }
  return /[^]*/;
}

/** Errors that AWS answers with their code alone. */
const WITHOUT_MESSAGE = ['ParameterNotFound', 'InvalidCiphertextException'];
const ERROR_CODE = /^[A-Za-z][A-Za-z0-9.]*$/;

/** Reads and judges one reply. */
export function judgeReply(model: Model, operation: ModelledOperation, reply: WireReply): Judged {
  const judge = new Judge(model);
  const { protocol } = model.metadata;
  if (protocol === 'rest-xml') return judgeRestReply(model, operation, reply);
  const id = reply.headers['x-amzn-requestid'];
  const name = operation.name;
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) judge.problem(name, 'no request id in the header');
  judgeText(judge, name, reply);
  if (reply.status >= 500) judge.problem(name, `status ${reply.status}: ${reply.text.slice(0, 200)}`);
  const contentType = String(reply.headers['content-type']);
  try {
    if (protocol === 'json') {
      if (contentType !== 'application/x-amz-json-1.1') judge.problem(name, `content type ${contentType}`);
      const body: unknown = JSON.parse(reply.text);
      if (reply.status === 200) return { output: operation.output === undefined ? body : judge.json(operation.output, body, name), problems: judge.problems };
      const { __type: code, message } = body as { __type?: unknown; message?: unknown };
      return { output: undefined, error: errorOf(judge, name, code, message), problems: judge.problems };
    }
    if (protocol === 'rest-json') {
      if (contentType !== 'application/json') judge.problem(name, `content type ${contentType}`);
      const body: unknown = JSON.parse(reply.text);
      if (reply.status === 200) return { output: operation.output === undefined ? body : judge.json(operation.output, body, name), problems: judge.problems };
      return { output: undefined, error: errorOf(judge, name, reply.headers['x-amzn-errortype'], (body as { Message?: unknown }).Message), problems: judge.problems };
    }
    if (!contentType.startsWith('text/xml')) judge.problem(name, `content type ${contentType}`);
    const root = parseXml(reply.text);
    if (reply.status !== 200) {
      const ec2 = protocol === 'ec2';
      if (root.name !== (ec2 ? 'Response' : 'ErrorResponse')) judge.problem(name, `an error under ${root.name}`);
      const errors = ec2 ? childOf(root, 'Errors') : root;
      const error = errors === undefined ? undefined : childOf(errors, 'Error');
      if (childOf(root, ec2 ? 'RequestID' : 'RequestId')?.text !== id) judge.problem(name, 'the error has another request id than the header');
      if (!ec2 && error !== undefined && !['Sender', 'Receiver'].includes(childOf(error, 'Type')?.text ?? '')) judge.problem(name, 'an error without its Type');
      return { output: undefined, error: errorOf(judge, name, error === undefined ? undefined : childOf(error, 'Code')?.text, error === undefined ? undefined : childOf(error, 'Message')?.text), problems: judge.problems };
    }
    return { output: protocol === 'ec2' ? ec2Output(judge, operation, root, id) : queryOutput(judge, operation, root, id), problems: judge.problems };
  } catch (error) {
    judge.problem(name, `cannot be read: ${(error as Error).message}: ${reply.text.slice(0, 200)}`);
    return { output: undefined, problems: judge.problems };
  }
}

/** What no reply of any protocol may hold. */
export function judgeText(judge: Judge, name: string, { text }: WireReply): void {
  if (/<html|<!doctype/i.test(text)) judge.problem(name, 'HTML');
  if (/\n\s+at .*:\d+:\d+|node:internal|\.ts:\d+/.test(text)) judge.problem(name, 'a stack trace');
}

export function errorOf(judge: Judge, name: string, code: unknown, message: unknown): { code: string; message: string } {
  if (typeof code !== 'string' || !ERROR_CODE.test(code)) judge.problem(name, `an error with the code ${JSON.stringify(code)}`);
  if ((typeof message !== 'string' || message === '') && !WITHOUT_MESSAGE.includes(String(code))) judge.problem(name, 'an error without a message');
  return { code: String(code), message: String(message) };
}

function ec2Output(judge: Judge, operation: ModelledOperation, root: Element, id: unknown): unknown {
  if (root.name !== `${operation.name}Response`) judge.problem(operation.name, `the root is ${root.name}`);
  if (!/^http:\/\/ec2\.amazonaws\.com\/doc\/\d{4}-\d\d-\d\d\/$/.test(root.attributes['xmlns'] ?? '')) judge.problem(operation.name, 'no namespace');
  if (childOf(root, 'requestId')?.text !== id) judge.problem(operation.name, 'another request id than in the header');
  const shape = operation.output === undefined ? undefined : shapeOf(judge.model, operation.output);
  // `return` is in the API reference of most operations that have no other result, and not in the model.
  const elements = root.children.filter((child) => child.name !== 'requestId' && !(child.name === 'return' && child.text === 'true' && !Object.values(shape?.members ?? {}).some((member) => member.locationName === 'return')));
  return judge.xmlStructure(shape ?? { type: 'structure' }, { children: elements, attributes: {} }, operation.name);
}

function queryOutput(judge: Judge, operation: ModelledOperation, root: Element, id: unknown): unknown {
  const { name, output } = operation;
  if (root.name !== `${name}Response`) judge.problem(name, `the root is ${root.name}`);
  if ((root.attributes['xmlns'] ?? '') === '') judge.problem(name, 'no namespace');
  const metadata = childOf(root, 'ResponseMetadata');
  if (metadata === undefined || childOf(metadata, 'RequestId')?.text !== id) judge.problem(name, 'another request id than in the header');
  const wrapper = output?.resultWrapper ?? `${name}Result`;
  for (const child of root.children) if (child.name !== 'ResponseMetadata' && child.name !== wrapper) judge.problem(name, `the reply has ${child.name} beside ${wrapper}`);
  const result = childOf(root, wrapper);
  if (output === undefined) {
    if (result !== undefined && result.children.length > 0) judge.problem(name, `a result where the model has none: ${result.children[0]?.name}`);
    return {};
  }
  return judge.xmlStructure(shapeOf(judge.model, output), result ?? { children: [], attributes: {} }, name);
}
