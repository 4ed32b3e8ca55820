/** Judges replies of rest-xml (S3): status, headers that the model binds, the document or the bytes, and S3's own form of errors. */
import { shapeOf, type Model, type ModelledOperation, type Ref, type Shape } from './model.js';
import { errorOf, judgeText, Judge, type Judged, type WireReply } from './reply.js';
import { childOf, parseXml, type Element } from './xml.js';

/** Headers of HTTP and of every reply, which no operation binds. */
const OF_ALL = new Set(['content-type', 'content-length', 'date', 'connection', 'keep-alive', 'transfer-encoding', 'x-content-type-options', 'x-amz-request-id', 'x-amz-id-2', 'x-amzn-requestid']);
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** Statuses of the examples in S3's API reference, where the model has none. */
const STATUS: Readonly<Record<string, number>> = { PutBucketTagging: 204 };
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function judgeRestReply(model: Model, operation: ModelledOperation, reply: WireReply): Judged {
  const judge = new Judge(model);
  const { name } = operation;
  const id = reply.headers['x-amz-request-id'];
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) judge.problem(name, 'no request id in the header');
  judgeText(judge, name, reply);
  if (reply.status >= 500 && reply.status !== 501) judge.problem(name, `status ${reply.status}: ${reply.text.slice(0, 200)}`);
  try {
    if (reply.status >= 300) return { output: undefined, error: errorIn(judge, operation, reply, id), problems: judge.problems };
    const ranged = reply.headers['content-range'] !== undefined;
    const wanted = ranged ? 206 : (STATUS[name] ?? operation.http?.responseCode ?? 200);
    if (reply.status !== wanted) judge.problem(name, `status ${reply.status}, not ${wanted}`);
    const shape: Shape = operation.output === undefined ? { type: 'structure' } : shapeOf(model, operation.output);
    return { output: { ...headersOf(judge, shape, reply, name), ...bodyOf(judge, shape, reply, operation) }, problems: judge.problems };
  } catch (error) {
    judge.problem(name, `cannot be read: ${(error as Error).message}: ${reply.text.slice(0, 200)}`);
    return { output: undefined, problems: judge.problems };
  }
}

/** Replies to HEAD, and those that say that nothing changed, have no body: their code is their status, as clients read it. */
function errorIn(judge: Judge, { name, http }: ModelledOperation, reply: WireReply, id: unknown): Judged['error'] {
  if (http?.method === 'HEAD' || reply.status === 304) {
    if (reply.text !== '') judge.problem(name, 'a body where HTTP has none');
    return { code: String(reply.status), message: '' };
  }
  if (reply.headers['content-type'] !== 'application/xml') judge.problem(name, `an error of the content type ${String(reply.headers['content-type'])}`);
  const root = parseXml(reply.text);
  if (root.name !== 'Error') judge.problem(name, `an error under ${root.name}`);
  if (Object.keys(root.attributes).length > 0) judge.problem(name, 'an error with a namespace');
  if (childOf(root, 'RequestId')?.text !== id) judge.problem(name, 'the error has another request id than the header');
  if ((childOf(root, 'HostId')?.text ?? '') === '') judge.problem(name, 'an error without a HostId');
  return errorOf(judge, name, childOf(root, 'Code')?.text, childOf(root, 'Message')?.text);
}

/** The members that are headers; a header that the model does not bind is a problem. */
function headersOf(judge: Judge, shape: Shape, reply: WireReply, name: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const left = new Map(Object.entries(reply.headers).filter(([header]) => !OF_ALL.has(header)));
  for (const [member, ref] of Object.entries(shape.members ?? {})) {
    const wire = (ref.locationName ?? member).toLowerCase();
    if (ref.location === 'headers') {
      const entries = [...left].filter(([header]) => header.startsWith(wire));
      for (const [header] of entries) left.delete(header);
      found[member] = Object.fromEntries(entries.map(([header, value]) => [header.slice(wire.length), String(value)]));
    }
    if (ref.location !== 'header') continue;
    const value = reply.headers[wire];
    left.delete(wire);
    if (typeof value === 'string') found[member] = headerValue(judge, ref, value, `${name}.${member}`);
  }
  for (const header of left.keys()) judge.problem(name, `the model binds no header ${header}`);
  judge.required({ ...shape, required: (shape.required ?? []).filter((member) => shape.members?.[member]?.location === 'header') }, found, name);
  return found;
}

function headerValue(judge: Judge, ref: Ref, text: string, path: string): unknown {
  const shape = shapeOf(judge.model, ref);
  switch (shape.type) {
    case 'integer': case 'long': case 'float': case 'double':
      if (!/^-?\d+(\.\d+)?$/.test(text)) judge.problem(path, `${JSON.stringify(text)} is not a number`);
      return judge.number(shape, Number(text), path);
    case 'boolean':
      if (text !== 'true' && text !== 'false') judge.problem(path, `${JSON.stringify(text)} is not true or false`);
      return text === 'true';
    case 'timestamp':
      if (!HTTP_DATE.test(text) || Number.isNaN(Date.parse(text))) judge.problem(path, `${JSON.stringify(text)} is not a date of HTTP`);
      return text;
    default: return judge.text(shape, ref.shape, text, path);
  }
}

function bodyOf(judge: Judge, shape: Shape, reply: WireReply, { name, http }: ModelledOperation): Record<string, unknown> {
  const inBody = Object.entries(shape.members ?? {}).filter(([, ref]) => ref.location === undefined);
  const payload = inBody.find(([member]) => member === shape.payload);
  if (payload !== undefined && shapeOf(judge.model, payload[1]).type !== 'structure') return { [payload[0]]: reply.text };
  if (inBody.length === 0 || http?.method === 'HEAD') {
    if (reply.text !== '') judge.problem(name, `a body where the model has none: ${reply.text.slice(0, 80)}`);
    return {};
  }
  if (reply.headers['content-type'] !== 'application/xml') judge.problem(name, `a document of the content type ${String(reply.headers['content-type'])}`);
  const root = parseXml(reply.text);
  if (root.attributes['xmlns'] !== NAMESPACE) judge.problem(name, 'no namespace');
  if (payload !== undefined) {
    const [member, ref] = payload;
    const wire = ref.locationName ?? ref.shape;
    if (root.name !== wire) judge.problem(name, `the root is ${root.name}, not ${wire}`);
    return { [member]: judge.xml(ref, root, `${name}.${member}`) };
  }
  return documentOf(judge, { ...shape, members: Object.fromEntries(inBody), required: (shape.required ?? []).filter((member) => inBody.some(([other]) => other === member)) }, root, name);
}

function documentOf(judge: Judge, shape: Shape, root: Element, name: string): Record<string, unknown> {
  const [only, ...more] = Object.entries(shape.members ?? {});
  // GetBucketLocation answers with its one member as the root.
  if (only !== undefined && more.length === 0 && root.name === only[0] && root.children.length === 0) return { [only[0]]: root.text === '' ? undefined : judge.text(shapeOf(judge.model, only[1]), only[1].shape, root.text, name) };
  return judge.xmlStructure(shape, root, name);
}
