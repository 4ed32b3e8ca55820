/** Who needs whom, and who begins first. */
import { describe, expect, it } from 'vitest';
import { dependenciesOf, longestChainFirst } from '../../../../src/cloud/cloudformation/graph.js';
import { parseTemplate } from '../../../../src/cloud/cloudformation/template/template.js';

const order = (text: string) => longestChainFirst(dependenciesOf(parseTemplate(text)));

describe('longestChainFirst', () => {
  it('begins what the longest chain waits for, wherever it is written', () => {
    expect(order(`
Resources:
  Alone: {Type: A}
  Last: {Type: A, DependsOn: Middle}
  Short: {Type: A, DependsOn: Alone}
  Middle: {Type: A, Properties: {X: !Ref First}}
  First: {Type: A}
`)).toEqual(['First', 'Alone', 'Middle', 'Last', 'Short']);
  });

  it('keeps the order of the template among equals', () => {
    expect(order('Resources: {C: {Type: A}, A: {Type: A}, B: {Type: A}}')).toEqual(['C', 'A', 'B']);
  });
});
