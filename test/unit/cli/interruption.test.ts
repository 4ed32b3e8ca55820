import { describe, expect, it } from 'vitest';
import { interruptedAt, momentAfter } from '../../../src/cli/interruption.js';
import { asSsmlabError, errorLines } from '../../../src/cli/present-error.js';
import { asTyped } from '../../../src/cli/self.js';
import { plainStyle } from '../../../src/lib/report/style.js';
import type { DeployEvent } from '../../../src/lib/stack/deploy.js';

const resource = (status: string): DeployEvent => ({ kind: 'resource', eventId: 'e', logicalId: 'VPC1', type: 'AWS::EC2::VPC', status, physicalId: null, reason: null, isStack: false });

describe('an interruption', () => {
  it('is one line in one form, whoever heard of it: what is left behind, then the next step', () => {
    expect(errorLines(interruptedAt('before-destroy'), plainStyle(), 100)).toEqual([asTyped('interrupted: nothing was deleted; run `ssmlab destroy` again')]);
    const byQuestion = asSsmlabError(Object.assign(new Error('x'), { name: 'ExitPromptError' }), 'destroy', () => interruptedAt('before-destroy', { lab: { target: 'aws', stack: 'two' } }));
    expect(byQuestion).toMatchObject({ code: 'interrupted', message: 'nothing was deleted', hint: 'run `ssmlab destroy --target aws --stack two` again', exit: 130 });
  });

  it('has the command as it was typed, with what led it to the lab besides, where it is to be run again, and the lab alone where another is', () => {
    const typed = ['--ttl', '1h', '--stack=two', '--role-arn', 'arn:aws:iam::123456789012:role/it\'s', '--yes'];
    const { hint } = interruptedAt('making', { lab: { target: 'aws', stack: 'two', region: 'eu-west-1' }, typed });
    expect(hint).toBe('run `ssmlab deploy --ttl 1h --stack=two --role-arn \'arn:aws:iam::123456789012:role/it\'\\\'\'s\' --yes --target aws --region eu-west-1` again to watch it, or `ssmlab destroy --target aws --region eu-west-1 --stack two`');
  });

  it('does not cut the command in a narrow terminal', () => {
    const error = interruptedAt('making', { lab: { target: 'local', stack: 'two' }, typed: ['--stack', 'two', '--ttl', '1h', '--yes'] });
    expect(errorLines(error, plainStyle(), 30)).toContain(asTyped('`ssmlab deploy --stack two --ttl 1h --yes`'));
  });

  it('does not say that something goes on where nothing does', () => {
    for (const moment of ['looking', 'before-deploy', 'before-change', 'before-destroy'] as const) {
      const { message, hint } = interruptedAt(moment);
      expect(`${message}; ${hint}`).not.toMatch(/goes on/u);
    }
  });

  it.each<[DeployEvent, string]>([
    [{ kind: 'key-pair', keyName: 'k', from: 'made' }, 'before-deploy'],
    [{ kind: 'started', stackId: 's' }, 'making'],
    [resource('CREATE_COMPLETE'), 'making'],
    [{ kind: 'joined', status: 'CREATE_IN_PROGRESS' }, 'making'],
    [{ kind: 'joined', status: 'DELETE_IN_PROGRESS' }, 'watching'],
    [{ kind: 'clearing', status: 'ROLLBACK_COMPLETE' }, 'before-deploy'],
    [resource('DELETE_COMPLETE'), 'clearing'],
    [{ kind: 'agents', online: [], waiting: ['Instance3'] }, 'deployed'],
  ])('in a deploy after %j is one while it is %s', (event, moment) => expect(momentAfter(event, 'before-deploy')).toBe(moment));
});
