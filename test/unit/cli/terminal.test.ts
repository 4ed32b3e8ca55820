import { describe, expect, it } from 'vitest';
import { textWidth, wantsColour, wantsUnicode } from '../../../src/cli/terminal.js';
import { resourcesOf } from '../../../src/cli/deploy-progress.js';
import { filterInstances, pickerLine } from '../../../src/cli/prompts.js';
import { selfCommand } from '../../../src/cli/self.js';
import { templateBody } from '../../../src/lib/lab/lab.js';
import type { ListedInstance } from '../../../src/lib/inventory/instance.js';

describe('colour', () => {
  it.each([
    ['a terminal', true, {}, true], ['a pipe', false, {}, false], ['NO_COLOR', true, { NO_COLOR: '1' }, false], ['NO_COLOR that is empty', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, true], ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false], ['CI', true, { CI: 'true' }, false], ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('%s', (_, isTty, environment, want) => expect(wantsColour({ isTty, environment })).toBe(want));
});

describe('symbols', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, true], [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false], [{ LANG: 'C.UTF-8' }, true], [{}, true], [{ TERM: 'dumb' }, false], [{ LANG: 'POSIX' }, false],
  ])('%j: %s', (environment, want) => expect(wantsUnicode({ isTty: true, environment, platform: 'linux' })).toBe(want));
});

it('fits text into a terminal only', () => {
  expect(textWidth({ isTTY: true, columns: 80 })).toBe(80);
  expect(textWidth({ isTTY: false })).toBeUndefined();
});

it('finds the resources of the lab\'s template', () => {
  const resources = resourcesOf(templateBody());
  expect(resources.size).toBeGreaterThan(25);
  expect(resources.get('Instance4')).toBe('AWS::EC2::Instance');
  expect([...resources.keys()].some((name) => name.endsWith('Cidr') || name.endsWith('Id'))).toBe(false);
});

describe('a line of the picker', () => {
  const instance: ListedInstance = { number: 1, name: 'Instance1', path: 'internet-gateway', instanceId: 'i-1', auth: 'ssh-key-pair', inbound: [], subnetId: null, vpcId: null, privateIpv4: '10.0.1.16', publicIpv4: '198.18.0.11', publicDnsName: null, keyName: null, instanceProfile: null, state: 'running', agent: 'connection-lost' };
  it.each([
    [undefined, '1  Instance1  internet gateway · SSH key pair · 198.18.0.11 · connection-lost'],
    [80, '1  Instance1  internet gateway · SSH key pair · 198.18.0.11 · connection-lost'],
    [70, '1  Instance1  internet gw · SSH key · 198.18.0.11 · connection-lost'],
    [60, '1  Instance1  internet gw · SSH key · 198.18.0.11'],
    [40, '1  Instance1  internet gw · SSH key'],
    [30, '1  Instance1  internet gw'],
    [14, '1  Instance1'],
    [12, '1  Instan…'],
  ])('in %s columns', (width, line) => expect(pickerLine(instance, width)).toBe(line));
});

it('filters the picker by every word, in any order', () => {
  const of = (number: number, name: string, path: ListedInstance['path']): ListedInstance => ({ number, name, path, instanceId: `i-${number}`, auth: 'session-manager', inbound: [], subnetId: null, vpcId: null, privateIpv4: null, publicIpv4: null, publicDnsName: null, keyName: null, instanceProfile: null, state: 'running', agent: 'online' });
  const all = [of(1, 'web', 'internet-gateway'), of(2, 'db', 'nat-gateway'), of(3, 'web-2', 'nat-gateway')];
  expect(filterInstances(all, 'nat WEB').map((instance) => instance.number)).toEqual([3]);
  expect(filterInstances(all, undefined)).toHaveLength(3);
  expect(filterInstances(all, '2').map((instance) => instance.number)).toEqual([2, 3]);
  expect(filterInstances(all, 'i-1').map((instance) => instance.number)).toEqual([1]);
});

it('calls itself by its path where the name is not on the PATH, or only because npm put it there', () => {
  expect(selfCommand({ environment: { PATH: '/nowhere' }, script: '/a b/run.js', node: '/usr/bin/node' })).toBe('/usr/bin/node \'/a b/run.js\'');
  expect(selfCommand({ environment: { PATH: '/nowhere', npm_command: 'exec' }, script: '/x/run.js', node: '/n' })).toBe('/n /x/run.js');
});
