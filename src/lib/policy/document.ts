/** Policy documents: reads their JSON and refuses what IAM refuses (IAM user guide, "IAM JSON policy elements reference"). */
import { operatorOf } from './condition.js';

export interface Statement {
  readonly sid?: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: readonly string[] | undefined;
  readonly notActions?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly notResources?: readonly string[] | undefined;
  /** Kind (`AWS`, `Service`, `*`) → values. Trust and endpoint policies only. */
  readonly principals?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Operator → key → values. */
  readonly conditions: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

export interface PolicyDocument {
  readonly version: string;
  readonly statements: readonly Statement[];
}

/** `identity`: attached to a role, user or group, or bounding them; `trust`: says who may assume a role; `resource`: an endpoint's. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

/**
 * - `malformed`: IAM refuses it; the message is in IAM's words
 * - `unsupported`: IAM takes it and nothing here judges it; the message is what it is
 */
export type PolicyErrorCode = 'malformed' | 'unsupported';

export class PolicyError extends Error {
  readonly code: PolicyErrorCode;

  constructor(code: PolicyErrorCode, message: string) {
    super(message);
    this.name = 'PolicyError';
    this.code = code;
  }
}

const STATEMENT_ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'NotPrincipal', 'Condition']);

/** Reads a document. Throws {@link PolicyError}. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  const document = members(value);
  for (const name of document.keys()) if (name !== 'Version' && name !== 'Id' && name !== 'Statement') throw malformed('Syntax errors in policy.');
  const version = document.get('Version') ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') throw malformed('The policy contains an invalid version.');
  const statement = document.get('Statement');
  const list: readonly unknown[] = Array.isArray(statement) ? statement : statement === undefined ? [] : [statement];
  if (list.length === 0) throw malformed('Missing required field Statement');
  const statements = list.map((entry) => parseStatement(members(entry), kind));
  const sids = statements.flatMap(({ sid }) => sid ?? []);
  if (new Set(sids).size < sids.length) throw malformed('Statement IDs (SID) in a single policy must be unique.');
  for (const sid of sids) if (kind !== 'resource' && !/^[A-Za-z0-9]*$/.test(sid)) throw malformed(`Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*`);
  return { version, statements };
}

function parseStatement(entry: ReadonlyMap<string, unknown>, kind: PolicyKind): Statement {
  for (const name of entry.keys()) if (!STATEMENT_ELEMENTS.has(name)) throw malformed('Syntax errors in policy.');
  const effect = entry.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(typeof effect === 'string' ? `Invalid effect: ${effect.slice(0, 40)}` : 'Missing required field Effect');
  const actions = stringsOf(entry.get('Action'));
  const notActions = stringsOf(entry.get('NotAction'));
  if ((actions === undefined) === (notActions === undefined)) throw malformed('Policy statement must contain actions.');
  for (const action of [...(actions ?? []), ...(notActions ?? [])]) {
    if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  const resources = stringsOf(entry.get('Resource'));
  const notResources = stringsOf(entry.get('NotResource'));
  const common = { sid: typeof entry.get('Sid') === 'string' ? String(entry.get('Sid')) : undefined, effect, actions, notActions, conditions: conditionsOf(entry.get('Condition')) } as const;
  if (kind === 'trust') {
    if (resources !== undefined || notResources !== undefined) throw malformed('Has prohibited field Resource');
    if (entry.has('NotPrincipal')) throw new PolicyError('unsupported', 'NotPrincipal in a trust policy');
    const principals = principalsOf(entry.get('Principal'));
    if (principals === undefined) throw malformed('Missing required field Principal');
    for (const action of actions ?? []) if (!/^(sts:|\*$)/i.test(action)) throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    return { ...common, principals };
  }
  if (kind === 'resource') {
    if (entry.has('NotPrincipal')) throw new PolicyError('unsupported', 'NotPrincipal in an endpoint policy');
  } else if (entry.has('Principal') || entry.has('NotPrincipal')) throw malformed('Policy document should not specify a principal.');
  if ((resources === undefined) === (notResources === undefined)) throw malformed('Policy statement must contain resources.');
  for (const resource of [...(resources ?? []), ...(notResources ?? [])]) {
    // A wildcard may stand for several parts of an ARN.
    if (!/^(\*|arn:.*\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)/s.test(resource)) throw malformed(`Resource ${resource.slice(0, 100)} must be in ARN format or "*".`);
  }
  return { ...common, resources, notResources, principals: kind === 'resource' ? principalsOf(entry.get('Principal') ?? '*') : undefined };
}

function principalsOf(value: unknown): ReadonlyMap<string, readonly string[]> | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return new Map([['AWS', ['*']]]);
  const entries = [...members(value)].map(([kind, names]): [string, readonly string[]] => {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind)) throw malformed(`Invalid principal in policy: "${kind.slice(0, 40)}"`);
    return [kind, stringsOf(names) ?? []];
  });
  if (entries.length === 0) throw malformed('Missing required field Principal cannot be empty!');
  return new Map(entries);
}

function conditionsOf(value: unknown): Statement['conditions'] {
  if (value === undefined) return new Map();
  return new Map([...members(value)].map(([operator, keys]) => [
    operator,
    new Map([...members(keys)].map(([key, operands]): [string, readonly string[]] => [key, stringsOf(operands) ?? []])),
  ] as const).map(([operator, keys]) => {
    if (operatorOf(operator) === undefined) throw malformed(`Invalid Condition type : ${operator.slice(0, 80)}`);
    for (const key of keys.keys()) if (!/^[A-Za-z0-9-]+:./.test(key)) throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    return [operator, keys] as const;
  }));
}

/** A string, or a list of at least one; booleans and numbers (in conditions) become text. Undefined when absent. */
function stringsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry === 'string') return entry;
    if (typeof entry === 'boolean' || typeof entry === 'number') return String(entry);
    throw malformed('Syntax errors in policy.');
  });
}

function members(value: unknown): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('Syntax errors in policy.');
  return new Map(Object.entries(value));
}

function malformed(message: string): PolicyError {
  return new PolicyError('malformed', message);
}
