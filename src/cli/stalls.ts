/** Says why nothing happens, when nothing has happened for a while and the target knows a reason. */

/** In place of an event that does not come. */
export interface Stalled {
  readonly kind: 'stalled';
  readonly why: string;
}

/** A step of CloudFormation that takes so long is worth a question; on the local cloud none does. */
const PATIENCE_MS = 3_000;

/** Passes the events on. While none comes, `trouble` is asked every few seconds, and each of its answers told once. */
export async function* withStalls<Event, Result>(events: AsyncGenerator<Event, Result>, trouble: (() => Promise<string | undefined>) | undefined, patienceMs = PATIENCE_MS): AsyncGenerator<Event | Stalled, Result> {
  if (trouble === undefined) return yield* events;
  const told = new Set<string>();
  for (;;) {
    const next = events.next();
    // Who reads it below may be a turn late, as the question is asked.
    next.catch(() => undefined);
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), patienceMs)));
      const came = await Promise.race([next, patience]).finally(() => clearTimeout(timer));
      if (came !== undefined) {
        if (came.done === true) return came.value;
        yield came.value;
        break;
      }
      // A target that does not even answer this says so by the call that is waited for.
      const why = await trouble().catch(() => undefined);
      if (why === undefined || told.has(why)) continue;
      told.add(why);
      yield { kind: 'stalled', why };
    }
  }
}
