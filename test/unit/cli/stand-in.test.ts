import { describe, expect, it } from 'vitest';
import { readResponse, standIn } from '../../../src/cli/stand-in.js';

const printed = async (argv: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  let text = '';
  await standIn(argv, environment, (more) => void (text += more));
  return text;
};
const RESPONSE = { SessionId: 's-1', TokenValue: 'secret', StreamUrl: 'ws://127.0.0.1:9/v1/data-channel/s-1' };

describe('the stand-in for session-manager-plugin', () => {
  it('says a version that makes the AWS CLI hand the token over by variable', async () => {
    const version = (await printed(['--version'])).trimEnd();
    expect(version).toMatch(/^\d+(\.\d+){3}$/u);
    const [major, minor, patch] = version.split('.').map(Number);
    expect((major ?? 0) * 1e6 + (minor ?? 0) * 1e4 + (patch ?? 0)).toBeGreaterThan(1e6 + 2e4 + 497);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no arguments', [], /installed/u],
    ['another word', ['help'], /^Unknown operation help/u],
    ['another operation', [JSON.stringify(RESPONSE), 'r', 'StopSession'], /^Invalid Operation$/u],
    ['no JSON', ['{secret', 'r', 'StartSession'], /^Cannot perform start session: the response of StartSession is no JSON\n$/u],
    ['a member less', ['{"SessionId":"s","TokenValue":"secret"}', 'r', 'StartSession'], /^Cannot perform start session: .* lacks SessionId, TokenValue or StreamUrl\n$/u],
    ['a variable that is not set', ['AWS_SSM_START_SESSION_RESPONSE_7', 'r', 'StartSession'], /^Cannot perform start session: the variable AWS_SSM_START_SESSION_RESPONSE_7 is not set\n$/u],
    ['a stream that nobody serves', [JSON.stringify(RESPONSE), 'r', 'StartSession', '', '{"Target":"i-1"}', 'http://127.0.0.1:9'], /^\nStarting session with SessionId: s-1\nCannot perform start session: .*127\.0\.0\.1:9 cannot be reached/u],
  ])('answers %s', async (_, argv, want) => {
    const text = await printed(argv, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    expect(text).toMatch(want);
    expect(text).not.toContain('secret');
  });

  it('takes the response from a variable of any suffix, and takes it away', () => {
    const environment = { AWS_SSM_START_SESSION_RESPONSE_123: JSON.stringify({ ...RESPONSE, ResponseMetadata: {} }), OTHER: 'x' };
    expect(readResponse('AWS_SSM_START_SESSION_RESPONSE_123', environment)).toEqual({ sessionId: 's-1', tokenValue: 'secret', streamUrl: RESPONSE.StreamUrl });
    expect(environment).toEqual({ OTHER: 'x' });
  });
});
