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

  it('does not say that something goes on where nothing does', () => {
    for (const moment of ['looking', 'before-deploy', 'before-destroy'] as const) {
      const { message, hint } = interruptedAt(moment);
      expect(`${message}; ${hint}`).not.toMatch(/goes on/u);
    }
  });

  it.each<[DeployEvent, string]>([
    [{ kind: 'key-pair', keyName: 'k', from: 'made' }, 'asking-for-stack'],
    [{ kind: 'started', stackId: 's' }, 'making'],
    [resource('CREATE_COMPLETE'), 'making'],
    [{ kind: 'joined', status: 'CREATE_IN_PROGRESS' }, 'making'],
    [{ kind: 'joined', status: 'DELETE_IN_PROGRESS' }, 'watching'],
    [{ kind: 'clearing', status: 'ROLLBACK_COMPLETE' }, 'clearing'],
    [resource('DELETE_COMPLETE'), 'clearing'],
    [{ kind: 'agents', online: [], waiting: ['Instance3'] }, 'deployed'],
  ])('in a deploy after %j is one while it is %s', (event, moment) => expect(momentAfter(event, 'before-deploy')).toBe(moment));
});
