/** What a file expects → claims with their three sides. Pure: how it is looked at is `observe`'s. */
import { SsmlabError } from '../../errors.js';
import { findInstance } from '../../inventory/find.js';
import type { SnapshotInstance } from '../../inventory/snapshot/snapshot.js';
import { type Way, wayOf } from '../../probe/run-line.js';
import { natGateway } from '../lab-claims.js';
import { type Configuration, NONE, NOT_AVAILABLE, predictEgress, predictPing, predictWay, wayValue } from '../predict.js';
import { type Insider, seeEgress, seePing, seePublicIpv4, seeWay, wayBy } from '../sight.js';
import type { FlowAsk, Statement, Subject } from '../statement.js';
import { type FlowClaim, flowClaim } from './flow-claim.js';
import type { ExpectationFile, Openness } from './language.js';
import { type Expected, resolveExpectations } from './resolve.js';

/** The way that is entered: the one that has to be open, Session Manager before SSH; else the one that it has. */
function mainWay({ instance, sessionManager, ssh }: Expected): Way | undefined {
  if (sessionManager === 'open') return 'session-manager';
  if (ssh === 'open') return 'ssh-key-pair';
  return wayOf(instance) ?? (sessionManager !== undefined ? 'session-manager' : ssh !== undefined ? 'ssh-key-pair' : undefined);
}

type Head = Pick<Statement, 'instance' | 'subject'>;

function wayStatements(configuration: Configuration, { instance, sessionManager, ssh }: Expected, head: Head, main: Way | undefined): Statement[] {
  const statement = (way: Way, is: Openness | undefined): Statement[] => (is === undefined ? [] : [{
    ...head,
    claim: way === main ? 'way-in' : 'other-way',
    subject: way === 'session-manager' ? 'session-manager' : 'ssh',
    declared: wayValue(way, is),
    predict: () => predictWay(configuration, instance.instanceId, way),
    see: way === main ? seeWay(way, wayBy(way, instance)) : (seen) => seen.otherWay,
  }]);
  const both: readonly [Way, Openness | undefined][] = [['session-manager', sessionManager], ['ssh-key-pair', ssh]];
  return both.toSorted(([way]) => (way === main ? -1 : 1)).flatMap(([way, is]) => statement(way, is));
}

function publicAddress({ instance: { instanceId, publicIpv4 }, publicIpv4: declared }: Expected, head: Head, insider: Insider): Statement[] {
  if (declared === undefined) return [];
  return [{
    ...head, claim: 'public-ipv4',
    declared: declared === 'own' ? (publicIpv4 ?? 'its own address') : declared === 'none' ? NOT_AVAILABLE : declared,
    predict: () => ({ value: publicIpv4 ?? NOT_AVAILABLE, by: `ec2:DescribeInstances ${instanceId}`, why: publicIpv4 === null ? 'EC2 says that it has no public address' : `EC2 says that it has ${publicIpv4}`, blame: instanceId }),
    see: seePublicIpv4(insider),
  }];
}

function egress(configuration: Configuration, { instance, egress: declared }: Expected, head: Head, insider: Insider): Statement[] {
  if (declared === undefined) return [];
  const address = (): string => {
    if (declared === 'own') return instance.publicIpv4 ?? 'its own address';
    if (declared === 'nat-gateway') return natGateway(configuration, instance.instanceId)?.publicIp ?? "the NAT gateway's address";
    return declared === 'none' ? NONE : declared;
  };
  return [{ ...head, claim: 'egress-identity', declared: address(), predict: () => predictEgress(configuration, instance.instanceId), see: seeEgress(insider) }];
}

/** An instance with what is expected of it, and the flows that it is asked to try for itself and for others. */
function subjectOf(configuration: Configuration, expected: Expected, flows: readonly FlowClaim[]): Omit<Subject, 'asks'> {
  const { instance, ping } = expected;
  const id = instance.labNumber ?? instance.instanceId;
  const main = mainWay(expected);
  const head: Head = { instance: id, subject: null };
  const insider: Insider = { way: main, name: instance.name };
  const inner: Statement[] = [
    ...publicAddress(expected, head, insider),
    ...(ping === undefined ? [] : [{ ...head, claim: 'ping' as const, declared: ping, predict: () => predictPing(configuration, instance.instanceId), see: seePing(insider) }]),
    ...egress(configuration, expected, head, insider),
  ];
  const ways = wayStatements(configuration, expected, head, main);
  return {
    id, name: instance.name, instance, way: main, declared: true,
    statements: [...ways, ...inner, ...flows.map(({ statement }) => statement)],
    entered: inner.length > 0 || ways.some(({ claim }) => claim === 'way-in') || flows.some(({ seenInside }) => seenInside),
    ports: [...new Set(flows.flatMap(({ port }) => port ?? []))],
  };
}

/** Those of the file that the user named; naming one of which nothing is expected is an error. */
function named(file: ExpectationFile, all: readonly Expected[], names: readonly string[], instances: readonly SnapshotInstance[]): readonly Expected[] {
  if (names.length === 0) return all;
  const wanted = new Set(names.map((name) => findInstance(instances, name).instanceId));
  const missing = instances.find(({ instanceId }) => wanted.has(instanceId) && !all.some(({ instance }) => instance.instanceId === instanceId));
  if (missing !== undefined) throw new SsmlabError('expectations-unmatched', `${file.path} expects nothing of ${missing.name} (${missing.instanceId})`);
  return all.filter(({ instance }) => wanted.has(instance.instanceId));
}

/**
 * The claims of a file, of all its instances or of those that were named. An instance of which nothing is expected may be
 * among the subjects, without claims: where a flow to be judged begins there. Errors as {@link resolveExpectations} has them.
 */
export function expectedSubjects(file: ExpectationFile, configuration: Configuration, names: readonly string[] = []): Subject[] {
  const { instances } = configuration.snapshot;
  const expected = named(file, resolveExpectations(file, instances), names, instances);
  const asks = new Map<SnapshotInstance, Map<string, FlowAsk>>();
  const subjects = expected.map((one) => {
    const flows = one.flows.map((flow) => flowClaim(configuration, one.instance, flow, (instance) => {
      const its = expected.find((each) => each.instance === instance);
      return { name: instance.name, way: its === undefined ? wayOf(instance) : mainWay(its) };
    }));
    for (const { ask } of flows) {
      if (ask === undefined) continue;
      const known = asks.get(ask.at) ?? new Map<string, FlowAsk>();
      asks.set(ask.at, known.set(ask.ask.command, ask.ask));
    }
    return subjectOf(configuration, one, flows);
  });
  const asked = (instance: SnapshotInstance) => [...(asks.get(instance)?.values() ?? [])];
  const helpers = [...asks.keys()].filter((instance) => !expected.some((one) => one.instance === instance));
  return [
    ...subjects.map((subject, i): Subject => {
      const its = asked((expected[i] as Expected).instance);
      return { ...subject, asks: its, entered: subject.entered === true || its.length > 0 };
    }),
    ...helpers.map((instance): Subject => ({ id: instance.labNumber ?? instance.instanceId, name: instance.name, instance, way: wayOf(instance), declared: true, statements: [], asks: asked(instance) })),
  ];
}

