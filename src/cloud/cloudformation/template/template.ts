/** A template's sections, read and judged by themselves: what is declared, and where (`aws-facts.md` §9 for the limits). */
import { validationError } from '../errors.js';
import { readTemplate, type ReadTemplate } from './read.js';
import { isList, isStructure, member, textOf, type Structure, type Value } from './value.js';

export interface ParameterDeclaration {
  readonly name: string;
  readonly type: string;
  readonly default?: string | undefined;
  readonly description?: string | undefined;
  readonly noEcho: boolean;
  readonly allowedValues?: readonly string[] | undefined;
  readonly allowedPattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minValue?: number | undefined;
  readonly maxValue?: number | undefined;
  readonly constraintDescription?: string | undefined;
}

export interface ResourceDeclaration {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Structure;
  readonly dependsOn: readonly string[];
  readonly condition?: string | undefined;
  readonly metadata?: Structure | undefined;
  readonly description?: string | undefined;
  readonly deletionPolicy: DeletionPolicy;
  /** Whether it is written there, which an import asks for. */
  readonly declaresDeletionPolicy: boolean;
  readonly updateReplacePolicy: 'Delete' | 'Retain' | 'Snapshot';
}

export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

export interface OutputDeclaration {
  readonly name: string;
  readonly value: Value;
  readonly description?: string | undefined;
  readonly exportName?: Value | undefined;
  readonly condition?: string | undefined;
}

export interface RuleDeclaration {
  readonly name: string;
  readonly condition?: Value | undefined;
  readonly assertions: readonly { readonly assert: Value; readonly description?: string | undefined }[];
}

export interface Template {
  readonly text: string;
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  readonly metadata?: Structure | undefined;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly mappings: Structure;
  readonly rules: readonly RuleDeclaration[];
  readonly conditions: ReadonlyMap<string, Value>;
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
  lineOf(path: string): number;
}

export const LIMIT = { resources: 500, parameters: 200, outputs: 200, mappings: 200 } as const;
const SECTIONS = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Rules', 'Mappings', 'Conditions', 'Resources', 'Outputs'];
const UNSUPPORTED_SECTIONS = ['Transform', 'Hooks'];
const RESOURCE_MEMBERS = ['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata', 'Description'];
const UNSUPPORTED_RESOURCE_MEMBERS = ['CreationPolicy', 'UpdatePolicy'];
const LOGICAL_ID = /^[A-Za-z0-9]{1,255}$/;

/**
 * Templates as read, by their text, the last used at the end: a request judges one, plans with it, and its stack's steps and whoever asks about the stack need
 * the same again, each of them more than 10 ms of reading for the lab.
 */
const kept = new Map<string, Template>();
/** Characters of all texts kept, but for the last one's. */
const KEPT = 512 * 1024;

/** Throws ValidationError for a text that is not well-formed or not a template. Who asks for the same text again gets the same template. */
export function parseTemplate(text: string): Template {
  const template = kept.get(text) ?? readSections(text);
  kept.delete(text);
  let room = KEPT - text.length;
  for (const other of [...kept.keys()].toReversed()) {
    room -= other.length;
    if (room < 0) kept.delete(other);
  }
  kept.set(text, template);
  return template;
}

function readSections(text: string): Template {
  const read = readTemplate(text);
  if (!isStructure(read.value)) throw validationError('Template format error: unsupported structure.');
  return new Sections(text, read, read.value).template();
}

function transformName(transform: Value): string {
  return textOf(isStructure(transform) ? transform['Name'] : transform);
}

/** Reads the sections of one template; every refusal names the line. */
class Sections {
  readonly #text: string;
  readonly #read: ReadTemplate;
  readonly #root: Structure;

  constructor(text: string, read: ReadTemplate, root: Structure) {
    this.#text = text;
    this.#read = read;
    this.#root = root;
  }

  template(): Template {
    const unsupported = Object.keys(this.#root).find((name) => UNSUPPORTED_SECTIONS.includes(name));
    if (unsupported !== undefined) {
      const named = unsupported === 'Transform' ? `: there is no ${[this.#root['Transform'] ?? []].flat().map(transformName).join(', ')}` : '';
      throw this.#error(`/${unsupported}`, `The local cloud does not support the template section ${unsupported}${named}; it has ${SECTIONS.join(', ')}`);
    }
    const unknown = Object.keys(this.#root).filter((name) => !SECTIONS.includes(name));
    if (unknown.length > 0) throw this.#error(`/${unknown[0] ?? ''}`, `Invalid template property or properties [${unknown.join(', ')}]`);
    const version = this.#text1('/AWSTemplateFormatVersion', member(this.#root, 'AWSTemplateFormatVersion'));
    if (version !== undefined && version !== '2010-09-09') {
      throw this.#error('/AWSTemplateFormatVersion', `Template format error: Template format version ${version} is not supported.`);
    }
    const description = member(this.#root, 'Description');
    if (description !== undefined && (typeof description !== 'string' || Buffer.byteLength(description) > 1024)) {
      throw this.#error('/Description', `Template format error: 'Description' length is greater than 1024, or it is not text.`);
    }
    this.#refuseNull('', this.#root);
    const resources = this.#section('Resources');
    if (Object.keys(resources).length === 0) throw validationError('Template format error: At least one Resources member must be defined.');
    this.#limit('resources', resources, LIMIT.resources);
    const parameters = this.#section('Parameters');
    this.#limit('parameters', parameters, LIMIT.parameters);
    const outputs = this.#section('Outputs');
    this.#limit('outputs', outputs, LIMIT.outputs);
    const mappings = this.#section('Mappings');
    this.#limit('mappings', mappings, LIMIT.mappings);
    return {
      text: this.#text,
      description,
      version,
      metadata: 'Metadata' in this.#root ? this.#section('Metadata') : undefined,
      parameters: this.#each('Parameters', parameters, (name, declared) => this.#parameter(name, declared)),
      mappings,
      rules: [...this.#each('Rules', this.#section('Rules'), (name, declared) => this.#rule(name, declared)).values()],
      conditions: new Map(Object.entries(this.#section('Conditions'))),
      resources: this.#each('Resources', resources, (name, declared) => this.#resource(name, declared)),
      outputs: this.#each('Outputs', outputs, (name, declared) => this.#output(name, declared)),
      lineOf: (path) => this.#read.lineOf(path),
    };
  }

  #error(path: string, message: string) {
    return validationError(`${message} (line ${this.#read.lineOf(path)})`);
  }

  #refuseNull(path: string, value: Value): void {
    if (value === null) throw this.#error(path, `Template format error: [${path}] 'null' values are not allowed in templates`);
    if (isList(value)) value.forEach((item, index) => this.#refuseNull(`${path}/${index}`, item));
    else if (isStructure(value)) for (const [name, item] of Object.entries(value)) this.#refuseNull(`${path}/${name}`, item);
  }

  #section(name: string): Structure {
    const section = member(this.#root, name) ?? {};
    if (!isStructure(section)) throw this.#error(`/${name}`, `Template format error: ${name} has to be a map`);
    return section;
  }

  #limit(what: string, section: Structure, limit: number): void {
    const count = Object.keys(section).length;
    if (count > limit) throw validationError(`Template format error: Number of ${what}, ${count}, is greater than maximum allowed, ${limit}`);
  }

  #each<T>(section: string, declared: Structure, read: (name: string, declared: Structure) => T): Map<string, T> {
    const found = new Map<string, T>();
    for (const [name, value] of Object.entries(declared)) {
      const path = `/${section}/${name}`;
      if (name.startsWith('Fn::')) throw this.#error(path, `Template format error: ${name} needs the transform AWS::LanguageExtensions, which the local cloud does not have`);
      if (!LOGICAL_ID.test(name)) throw this.#error(path, `Template format error: ${section} name ${name} is non alphanumeric.`);
      if (!isStructure(value)) throw this.#error(path, `Template format error: [${path}] has to be a map`);
      found.set(name, read(name, value));
    }
    return found;
  }

  /** A scalar as text. */
  #text1(path: string, value: Value | undefined): string | undefined {
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#error(path, `Template format error: [${path}] has to be a string`);
  }

  #number(path: string, value: Value | undefined): number | undefined {
    const text = this.#text1(path, value);
    if (text === undefined) return undefined;
    if (text.trim() === '' || !Number.isFinite(Number(text))) throw this.#error(path, `Template format error: [${path}] has to be a number`);
    return Number(text);
  }

  #only(path: string, declared: Structure, known: readonly string[], what: string): void {
    const unknown = Object.keys(declared).find((name) => !known.includes(name));
    if (unknown !== undefined) throw this.#error(`${path}/${unknown}`, `Invalid template ${what} property '${unknown}'`);
  }

  #parameter(name: string, declared: Structure): ParameterDeclaration {
    const path = `/Parameters/${name}`;
    const members = ['Type', 'Default', 'Description', 'NoEcho', 'AllowedValues', 'AllowedPattern', 'MinLength', 'MaxLength', 'MinValue', 'MaxValue', 'ConstraintDescription'];
    this.#only(path, declared, members, 'parameter');
    const text = (key: string) => this.#text1(`${path}/${key}`, member(declared, key));
    const number = (key: string) => this.#number(`${path}/${key}`, member(declared, key));
    const type = text('Type');
    if (type === undefined) throw this.#error(path, 'Template format error: Every Parameters object must contain a Type member.');
    const allowed = member(declared, 'AllowedValues');
    if (allowed !== undefined && !isList(allowed)) throw this.#error(`${path}/AllowedValues`, `Template format error: [${path}/AllowedValues] has to be a list`);
    return {
      name,
      type,
      default: text('Default'),
      description: text('Description'),
      noEcho: text('NoEcho')?.toLowerCase() === 'true',
      allowedValues: allowed?.map((value) => this.#text1(`${path}/AllowedValues`, value) ?? ''),
      allowedPattern: text('AllowedPattern'),
      minLength: number('MinLength'),
      maxLength: number('MaxLength'),
      minValue: number('MinValue'),
      maxValue: number('MaxValue'),
      constraintDescription: text('ConstraintDescription'),
    };
  }

  #resource(logicalId: string, declared: Structure): ResourceDeclaration {
    const path = `/Resources/${logicalId}`;
    const unsupported = UNSUPPORTED_RESOURCE_MEMBERS.find((name) => Object.hasOwn(declared, name));
    if (unsupported !== undefined) throw this.#error(`${path}/${unsupported}`, `The local cloud does not support the resource attribute ${unsupported}`);
    this.#only(path, declared, RESOURCE_MEMBERS, 'resource');
    const type = this.#text1(`${path}/Type`, member(declared, 'Type'));
    if (type === undefined) throw this.#error(path, `Template format error: [${path}] Every Resources object must contain a Type member.`);
    const properties = member(declared, 'Properties') ?? {};
    if (!isStructure(properties)) throw this.#error(`${path}/Properties`, `Template format error: [${path}/Properties] Properties has to be a map`);
    const dependsOn = member(declared, 'DependsOn') ?? [];
    const names = isList(dependsOn) ? dependsOn : [dependsOn];
    if (!names.every((name) => typeof name === 'string')) throw this.#error(`${path}/DependsOn`, `Template format error: DependsOn must be a string or list of strings.`);
    const metadata = member(declared, 'Metadata');
    if (metadata !== undefined && !isStructure(metadata)) throw this.#error(`${path}/Metadata`, `Template format error: [${path}/Metadata] Metadata has to be a map`);
    return {
      logicalId,
      type,
      properties,
      dependsOn: names,
      metadata,
      description: this.#text1(`${path}/Description`, member(declared, 'Description')),
      condition: this.#text1(`${path}/Condition`, member(declared, 'Condition')),
      declaresDeletionPolicy: Object.hasOwn(declared, 'DeletionPolicy'),
      deletionPolicy: this.#policy(path, declared, 'DeletionPolicy', ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot']),
      updateReplacePolicy: this.#policy(path, declared, 'UpdateReplacePolicy', ['Delete', 'Retain', 'Snapshot']),
    };
  }

  #policy<const P extends string>(path: string, declared: Structure, name: string, allowed: readonly [P, ...P[]]): P {
    const given = this.#text1(`${path}/${name}`, member(declared, name)) ?? allowed[0];
    const found = allowed.find((policy) => policy === given);
    if (found === undefined) throw this.#error(`${path}/${name}`, `Template format error: Unrecognized ${name} ${given} for resource ${path.slice('/Resources/'.length)}; there are ${allowed.join(', ')}`);
    return found;
  }

  #rule(name: string, declared: Structure): RuleDeclaration {
    const path = `/Rules/${name}`;
    this.#only(path, declared, ['RuleCondition', 'Assertions'], 'rule');
    const assertions = member(declared, 'Assertions');
    if (!isList(assertions) || assertions.length === 0) throw this.#error(path, `Template format error: Rule ${name} is malformed: it has to have Assertions`);
    return {
      name,
      condition: member(declared, 'RuleCondition'),
      assertions: assertions.map((assertion, index) => {
        const at = `${path}/Assertions/${index}`;
        const assert = isStructure(assertion) ? member(assertion, 'Assert') : undefined;
        if (!isStructure(assertion) || assert === undefined) throw this.#error(at, `Template format error: Rule ${name} is malformed: every assertion has to have an Assert`);
        this.#only(at, assertion, ['Assert', 'AssertDescription'], 'assertion');
        return { assert, description: this.#text1(`${at}/AssertDescription`, member(assertion, 'AssertDescription')) };
      }),
    };
  }

  #output(name: string, declared: Structure): OutputDeclaration {
    const path = `/Outputs/${name}`;
    this.#only(path, declared, ['Value', 'Description', 'Export', 'Condition'], 'output');
    const value = member(declared, 'Value');
    if (value === undefined || value === null) throw this.#error(path, `Template format error: Output ${name} is malformed. Every Outputs member must contain a Value object`);
    const exported = member(declared, 'Export');
    if (exported !== undefined && (!isStructure(exported) || member(exported, 'Name') === undefined)) {
      throw this.#error(`${path}/Export`, `Template format error: Output ${name} is malformed. The Export has to have a Name`);
    }
    return {
      name,
      value,
      description: this.#text1(`${path}/Description`, member(declared, 'Description')),
      exportName: isStructure(exported) ? member(exported, 'Name') : undefined,
      condition: this.#text1(`${path}/Condition`, member(declared, 'Condition')),
    };
  }
}
