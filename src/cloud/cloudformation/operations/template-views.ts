/** cloudformation:ValidateTemplate, GetTemplate and GetTemplateSummary: what a template says of itself. */
import { has, oneOfOpt } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { judged } from '../engine/deployment.js';
import { neededCapabilities } from '../template/capabilities.js';
import type { Template } from '../template/template.js';
import { findChangeSet } from './change-set-lookup.js';
import { requiredStack, templateBody, type Control } from './request.js';

function parameters(template: Template, detailed: boolean) {
  return [...template.parameters.values()].map((declared) => ({
    ParameterKey: declared.name,
    DefaultValue: declared.default,
    NoEcho: declared.noEcho,
    Description: declared.description,
    ...(detailed ? { ParameterType: declared.type, ParameterConstraints: declared.allowedValues === undefined ? undefined : { AllowedValues: declared.allowedValues } } : {}),
  }));
}

function capabilities(template: Template, control: Control) {
  const needed = neededCapabilities(template, control.registry);
  return { Capabilities: needed.capabilities, CapabilitiesReason: needed.reason };
}

export const validateTemplate = (control: Control): Operation => (input, context) => {
  const template = judged(templateBody(input, context), control.registry);
  return { Parameters: parameters(template, false), Description: template.description, ...capabilities(template, control), DeclaredTransforms: [] };
};

export const getTemplate: Operation = (input, context) => {
  oneOfOpt(input, 'TemplateStage', ['Original', 'Processed']);
  const { template } = has(input, 'ChangeSetName') ? findChangeSet(input, context) : requiredStack(input, context);
  return { TemplateBody: template, StagesAvailable: ['Original', 'Processed'] };
};

/** By which properties the resources could be imported. */
function identifierSummaries(template: Template, { registry }: Control) {
  const resources = [...template.resources.values()];
  return [...new Set(resources.map(({ type }) => type))].flatMap((type) => {
    const identifiers = registry.get(type)?.identifiers;
    return identifiers === undefined ? [] : [{ ResourceType: type, LogicalResourceIds: resources.filter((resource) => resource.type === type).map(({ logicalId }) => logicalId), ResourceIdentifiers: identifiers }];
  });
}

export const getTemplateSummary = (control: Control): Operation => (input, context) => {
  const text = has(input, 'StackName') ? requiredStack(input, context).template : templateBody(input, context);
  const template = judged(text, control.registry);
  const types = [...new Set([...template.resources.values()].map(({ type }) => type))];
  return {
    Parameters: parameters(template, true),
    Description: template.description,
    ...capabilities(template, control),
    ResourceTypes: types,
    Version: template.version,
    Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
    DeclaredTransforms: [],
    ResourceIdentifierSummaries: identifierSummaries(template, control),
  };
};
