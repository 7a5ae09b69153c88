import type { Chain } from '../chain/client.ts';
import { formatAmount } from './units.ts';

export interface Closed {
  /** Unix seconds from which on the rest can be taken; absent once it was. */
  readonly closesAt?: number;
  /** Token units that came back. */
  readonly refund?: bigint;
}

/** Channels and pools close in two steps: the payee has time for its last voucher, then the rest comes back. Takes the step that is possible now. */
export async function closeInSteps(chain: Chain, steps: { readonly closesAt: number; readonly start: () => Promise<{ closesAt: number }>; readonly finish: () => Promise<{ refund: bigint }> }): Promise<Closed> {
  if (steps.closesAt === 0) return steps.start();
  return (await chain.nowSeconds()) < steps.closesAt ? { closesAt: steps.closesAt } : steps.finish();
}

export function closingLine(what: string, { closesAt, refund }: Closed): string {
  if (refund !== undefined) return `${what} is closed; ${formatAmount(refund)} tokens came back.`;
  return `${what} is closing: run the same command again after ${new Date((closesAt ?? 0) * 1000).toISOString()} to take the rest.`;
}
