/** Outcomes to write files from: the lab as it is meant, broken, with names that want to be more than names, and an error. */
import type { ReportResult, VerifyOutcome } from '../../../../../src/lib/report/verify-file/outcome.js';
import { summary } from '../../../../../src/lib/report/verify.js';
import { type Claim, type VerifyReport, verdictOf } from '../../../../../src/lib/verify/claim.js';

export const claimOf = (over: Partial<Claim> = {}): Claim => ({
  instance: 1, claim: 'way-in', subject: null, declared: 'SSH is open', predicted: 'SSH is open', observed: 'SSH is open', verdict: 'pass',
  by: 'ssh ec2-user@198.18.0.11', why: 'as declared', blame: null, ...over,
});

const reportOf = (claims: readonly Claim[]): VerifyReport => ({ version: 1, verdict: verdictOf(claims), fabric: 'netns', stack: 'ssmlab', region: 'ap-northeast-1', takenAt: '2026-11-29T20:15:30.123Z', claims });

const resultOf = (claims: readonly Claim[], over: Partial<ReportResult> = {}): ReportResult => ({
  kind: 'report',
  report: reportOf(claims),
  summary: summary(reportOf(claims)),
  instances: [1, 2, 3, 4].map((number) => ({ instance: number, name: `Instance${number}`, instanceId: `i-00${number}` })),
  ...over,
});

const outcomeOf = (result: VerifyOutcome['result']): VerifyOutcome => ({ tool: 'ssmlab 0.1.0', seconds: 1.9, result });

export const healthy = outcomeOf(resultOf([claimOf(), claimOf({ claim: 'ping', declared: 'replies', predicted: 'replies', observed: 'replies', by: 'ping 8.8.8.8' })]));

export const broken = outcomeOf(resultOf([
  claimOf(),
  claimOf({ instance: 4, declared: 'Session Manager is open', predicted: 'closed', observed: 'closed', verdict: 'fail', by: 'ssm:StartSession i-004', why: 'TargetNotConnected', blame: 'sg-0e (EndpointSecurityGroup): no rule admits tcp/443 from sg-0d' }),
  claimOf({ instance: 4, claim: 'ping', declared: 'silence', predicted: 'silence', observed: null, verdict: 'unknown', by: 'ping 8.8.8.8', why: 'not reached: the session is lost' }),
]));

/** What a person who can name an instance, tag it or print on it would try. */
export const HOSTILE = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '\'; DROP TABLE', ']]>', '<!--', '&lt;b&gt;', '&#60;', '\u0000\u0001\u0008\u000b\u001b[31mred\u007f\u0085', 'a\u202eevil\u2066', '\ud800half\udfff', '\ufffe\uffff',
  '::error::owned', '\n::set-env name=X::y', '\r\n::stop-commands::t', '##[error]old', '%0A::error::', 'a|b|c', '`code`', '```\nbreak\n```', '[click](javascript:alert(1))', '![x](http://evil.example/x.png)', 'http://evil.example www.evil.example', '@everyone #1 :smile:',
  '**bold** _it_ ~~no~~ $x$', '| --- |', '</details><h1>', '\\', '</svg><script>', '%%{init: {}}%%', 'end', 'click A "javascript:alert(1)"', '"]; A-->B', '#quot;', 'ｗｉｄｅ 日本語', '\u2028\u2029', 'x'.repeat(300), '', ' ',
] as const;

/** Every hostile text in every place of a report that can hold one. */
export const hostile = outcomeOf(resultOf(
  HOSTILE.flatMap((text, at) => [
    claimOf({ instance: `i-${at}`, subject: text, declared: text, predicted: text, observed: text, verdict: 'fail', by: text, why: text, blame: text }),
    claimOf({ instance: `i-${at}`, claim: 'ping', subject: text, verdict: 'unknown', why: text }),
    claimOf({ instance: `i-${at}`, claim: 'inbound', subject: text, observed: text }),
  ]),
  { summary: `1 claim holds. It is as ${HOSTILE.join(' ')} expects.`, instances: HOSTILE.map((name, at) => ({ instance: `i-${at}`, name, instanceId: `i-${at}` })) },
));

export const failed = outcomeOf({ kind: 'error', error: { code: 'no-lab', message: 'no stack "<ssmlab>"\u001b[2J is in ap-northeast-1', hint: 'run `ssmlab deploy` first' }, at: '2026-11-29T20:15:30.123Z' });

/** As the API could give a stack's name, were it not checked. */
export const hostileError = HOSTILE.map((text) => outcomeOf({ kind: 'error', error: { code: 'aws-error', message: text, hint: text }, at: '2026-11-29T20:15:30.123Z' }));
