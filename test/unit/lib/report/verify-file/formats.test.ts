import { describe, expect, it } from 'vitest';
import { sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { REPORT_FORMATS } from '../../../../../src/lib/report/verify-file/formats.js';
import { brokenLab, lab } from '../diagram/networks.js';
import { HOSTILE, hostile, hostileError } from './outcomes.js';

describe.each(Object.entries(REPORT_FORMATS))('the %s file', (_, write) => {
  it('has no line that the log of GitHub Actions would obey, should somebody print it there', () => {
    const { result } = hostile;
    const scenes = HOSTILE.map((name) => sceneOf({ ...lab, stack: name, region: name, takenAt: name, instances: lab.instances.map((instance) => ({ ...instance, name })), names: Object.fromEntries(Object.keys(lab.names).map((key) => [key, name])) }, brokenLab));
    const drawn = scenes.map((scene) => ({ ...hostile, result: result.kind === 'report' ? { ...result, scene } : result }));
    const lines = [hostile, ...hostileError, ...drawn.slice(0, 12)].flatMap((outcome) => write(outcome).split(/\r\n|\r|\n/u));
    expect(lines.length).toBeGreaterThan(200);
    expect(lines.filter((line) => line.trimStart().startsWith('::') || line.includes('##['))).toEqual([]);
  });

  it('is the same for the same outcome, and ends with its line', () => {
    expect(write(hostile)).toBe(write(hostile));
    expect(write(hostile)).toMatch(/[^\n]\n$/u);
  });
});
