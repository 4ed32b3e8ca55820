/** How long a session may last, by the inputs of its document, else the region's preferences. */

export interface SessionLimits {
  readonly idleTimeoutMs: number;
  readonly maxDurationMs: number | undefined;
}

const MINUTE_MS = 60_000;

/** `idleSessionTimeout`: 1 to 60 minutes, 20 when nothing says otherwise; `maxSessionDuration`: minutes, none when it is empty. */
export function sessionLimits(inputs: Readonly<Record<string, unknown>>): SessionLimits {
  const minutes = (name: string): number | undefined => {
    const value = Number(inputs[name] ?? '');
    return Number.isInteger(value) && value > 0 ? value * MINUTE_MS : undefined;
  };
  return { idleTimeoutMs: minutes('idleSessionTimeout') ?? 20 * MINUTE_MS, maxDurationMs: minutes('maxSessionDuration') };
}
