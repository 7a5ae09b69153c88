/** Bytes that each provider holds of agreements matched here, and of matches that may become agreements: what vetting limits. */
export interface Holdings {
  of(provider: number): number;
  /** What the agreements say, all of them. */
  set(bytes: ReadonlyMap<number, number>): void;
  /** A match that was just made; it counts until it is opened or its offers have expired. The same name again replaces it. */
  expect(name: string, match: { readonly providers: readonly number[]; readonly bytes: number; readonly untilMs: number }): void;
}

/** Matches remembered; beyond it the oldest are forgotten. */
const EXPECTED_MAX = 4_096;

export function createHoldings(options: { readonly now?: () => number } = {}): Holdings {
  const { now = Date.now } = options;
  let held: ReadonlyMap<number, number> = new Map();
  const expected = new Map<string, { readonly providers: readonly number[]; readonly bytes: number; readonly untilMs: number }>();
  const waiting = new Map<number, number>();

  const count = (name: string, sign: 1 | -1): void => {
    const match = expected.get(name);
    for (const provider of match?.providers ?? []) waiting.set(provider, (waiting.get(provider) ?? 0) + sign * (match?.bytes ?? 0));
  };
  const drop = (name: string): void => {
    count(name, -1);
    expected.delete(name);
  };
  const forgetPast = (): void => {
    for (const [name, { untilMs }] of expected) {
      if (untilMs > now() && expected.size <= EXPECTED_MAX) break;
      drop(name);
    }
  };
  return {
    of: (provider) => (held.get(provider) ?? 0) + (waiting.get(provider) ?? 0),
    set(bytes) {
      held = bytes;
      forgetPast();
    },
    expect(name, match) {
      drop(name);
      expected.set(name, match);
      count(name, 1);
      forgetPast();
    },
  };
}
