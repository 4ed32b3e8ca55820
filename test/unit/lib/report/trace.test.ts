import { describe, expect, it } from 'vitest';
import type { TraceReport } from '../../../../src/lib/aws/ssmlab.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { flowPasses, traceLines } from '../../../../src/lib/report/trace.js';

const REPORT: TraceReport = {
  fabric: 'netns', by: 'kernel', instanceId: 'i-1', networkInterfaceId: 'eni-1', source: '10.0.1.16', destination: 'host.example', address: '10.0.2.16', port: 22, protocol: 'tcp', answer: 'none', said: null,
  steps: [
    { leg: 'forward', kind: 'network-interface', id: 'eni-1', rule: null, detail: 'i-1 sends', verdict: 'pass' },
    { leg: 'forward', kind: 'network-acl', id: 'acl-1', rule: '100', detail: 'outbound \u001b[31m', verdict: 'pass' },
    { leg: 'return', kind: 'security-group', id: 'sg-1', rule: null, detail: 'no egress rule', verdict: 'drop' },
  ],
};

/** As `list` shows it; names are the user's. */
const CALLED = { number: 1, name: 'one\u001b[2J' };

describe('a flow\'s way as text', () => {
  it('has a line a step, aligned, both ways, and ends with where it ended', () => {
    expect(traceLines(REPORT, plainStyle(false), CALLED)).toEqual([
      '1 one\\e[2J (i-1): tcp to host.example:22 (10.0.2.16), by a real packet and the kernel\'s own account',
      '  ok   interface       i-1 sends  eni-1',
      '  ok   network ACL     outbound \\e[31m  acl-1 100',
      'and back',
      '  FAIL security group  no egress rule  sg-1',
      'The answer ended at sg-1: no egress rule.',
    ]);
  });

  it('says when nothing was sent, and what an error was', () => {
    const lines = traceLines({ ...REPORT, by: 'computed', protocol: 'icmp', port: null, destination: '8.8.8.8', address: '8.8.8.8', answer: 'error', said: 'ENETUNREACH', steps: REPORT.steps.slice(0, 1) }, plainStyle(), CALLED);
    expect(lines[0]).toBe('1 one\\e[2J (i-1): ping to 8.8.8.8, computed: no packet was sent');
    expect(lines.at(-1)).toBe('The instance could not send it: ENETUNREACH');
  });

  it('passes with any answer, also one that refuses', () => {
    expect((['connected', 'refused', 'answered', 'echo-reply', 'none', 'error'] as const).filter((answer) => flowPasses({ answer }))).toEqual(['connected', 'refused', 'answered', 'echo-reply']);
  });
});
