/** The same scenario by boto3: each operation at least once through a client that others wrote. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startModelRegion } from './region.js';
import { NOT_PUBLIC, SCENARIO } from './scenario/scenario.js';

const region = await startModelRegion();
const steps = SCENARIO;
const operations = region.services.flatMap((service) => Object.keys(service.operations).map((operation) => `${service.name}.${operation}`));
/** An older one has not got all operations; DescribeEvents of CloudFormation is the youngest. */
const missing = spawnSync('python3', ['-c', "import boto3; boto3.client('cloudformation', region_name='eu-west-1').describe_events"]).status !== 0;

afterAll(() => region.close());

/** Problems of each step. */
function runBoto3(): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const child = execFile('python3', [join(import.meta.dirname, 'boto3-driver.py')], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as string[][]);
      else reject(new Error(`boto3 ended with ${stderr || error.message}`));
    });
    child.stdin?.end(JSON.stringify({ endpoint: region.url, keys: region.secrets.lab, variables: { ...region.variables, run: 'boto3', region: 'eu-west-1' }, steps }));
  });
}

describe.skipIf(missing)(`the scenario by boto3${missing ? ': no python3 with a boto3 of 2025-11 or later on this machine' : ''}`, () => {
  let problems: string[][] = [];

  beforeAll(async () => { problems = await runBoto3(); }, 180_000);

  it.each(operations.filter((operation) => !NOT_PUBLIC.includes(operation)))('%s', (operation) => {
    const own = steps.flatMap((step, index) => (`${step.service}.${step.operation}` === operation ? [problems[index] ?? ['not run']] : []));
    expect(own.length).toBeGreaterThan(0);
    expect(own.flat()).toEqual([]);
  });
});
