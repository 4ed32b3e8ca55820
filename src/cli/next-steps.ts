/** The last lines of a screen: what one can do now, as commands that work when pasted. */
import { programName } from './self.js';

const STEPS = {
  deploy: ['deploy', 'the lab, in a few seconds'],
  list: ['list', 'the instances with path, auth method and addresses'],
  connect: ['connect 3', 'a shell behind the NAT gateway; try: ping 8.8.8.8, ec2-metadata --public-ipv4'],
  isolated: ['connect 4', 'a shell with no internet at all, and yet it opens'],
  verify: ['verify', 'what each instance can reach, run on the instances'],
  status: ['status', 'the stack and the local cloud'],
  destroy: ['destroy', 'remove the lab and leave nothing behind'],
  help: ['--help', 'every command'],
  start: ['local start', 'bring the local cloud back as it was'],
} as const;

export type Step = keyof typeof STEPS;

/** "Next" and its lines. */
export function nextSteps(steps: readonly Step[], program = programName()): string {
  const lines = steps.map((step) => [`${program} ${STEPS[step][0]}`, STEPS[step][1]] as const);
  const width = Math.max(...lines.map(([command]) => command.length));
  return ['', 'Next', ...lines.map(([command, text]) => `  ${command.padEnd(width)}   ${text}`)].join('\n');
}
