/** Templates are read once for all who need the same text. */
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../../../src/cloud/cloudformation/template/template.js';

const text = (name: string, characters = 0) => `# ${'x'.repeat(characters)}\nResources: {${name}: {Type: 'AWS::EC2::VPC'}}\n`;

describe('parseTemplate', () => {
  it('gives the same template for the same text, and another for another', () => {
    expect(parseTemplate(text('A'))).toBe(parseTemplate(text('A')));
    expect([...parseTemplate(text('B')).resources.keys()]).toEqual(['B']);
  });

  it('keeps the last ones, as many as there is room for', () => {
    const [old, used] = [parseTemplate(text('Old', 200_000)), parseTemplate(text('Used', 200_000))];
    parseTemplate(text('Third', 100_000));
    expect(parseTemplate(text('Used', 200_000))).toBe(used);
    parseTemplate(text('Fourth', 200_000));
    expect(parseTemplate(text('Used', 200_000))).toBe(used);
    expect(parseTemplate(text('Old', 200_000))).not.toBe(old);
  });

  it('refuses the same text every time', () => {
    for (let time = 0; time < 2; time++) expect(() => parseTemplate('Resources: {}')).toThrow('At least one Resources member must be defined.');
  });
});
