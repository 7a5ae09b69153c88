import type { Mode } from '../wire/messages.ts';
import { within } from '../wire/timing.ts';
import { networkHealth } from './network-health.ts';
import type { Chain } from './types.ts';

const FRESH_MS = 1_000;
/** After a failed read the last answer is used for this long. */
const PAUSE_MS = 5_000;
/** A status page does not wait for all tries of a chain that is away. */
const ANSWER_MS = 1_500;

const seen = new WeakMap<Chain, { mode: Mode; untilMs: number }>();

/** For status pages: at most a second old, and while the chain does not answer what was known last. */
export async function networkMode(chain: Chain): Promise<Mode> {
  const known = seen.get(chain);
  if (known !== undefined && Date.now() < known.untilMs) return known.mode;
  try {
    const mode = (await within(networkHealth(chain), ANSWER_MS)).isRepairOnly ? 'repair-only' : 'normal';
    seen.set(chain, { mode, untilMs: Date.now() + FRESH_MS });
    return mode;
  } catch {
    const mode = known?.mode ?? 'normal';
    seen.set(chain, { mode, untilMs: Date.now() + PAUSE_MS });
    return mode;
  }
}
