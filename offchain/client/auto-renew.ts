/** Renewals that the heavy node sends by itself: an authority in periods and price, and a pot that they are paid from. */
import { currentPeriod } from '../chain/current-epoch.ts';
import { extensionCost } from '../chain/extend-agreement.ts';
import { authoriseRenewal, readRenewal, takePot as take, topUp as fill } from '../chain/pot.ts';
import type { RenewalState } from '../chain/pot.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';
import { InsufficientTokensError } from './errors.ts';

export interface AutoRenewal extends RenewalState {
  readonly agreement: number;
  /** What one more period costs at today's rents, in token units. */
  readonly costPerPeriod: bigint;
  readonly endPeriod: number;
  /** Periods that the pot pays for at that cost. */
  readonly periodsPaid: number;
}

export function renewalOf(client: Client, options: { readonly agreement: number; readonly signal?: AbortSignal | undefined }): Promise<AutoRenewal> {
  return cancellable(client, { what: `Looking at agreement ${options.agreement}`, signal: options.signal }, (one) => look(one, options.agreement));
}

async function look(client: Client, agreement: number): Promise<AutoRenewal> {
  const [{ state }, renewal] = await Promise.all([client.views.refresh(agreement), readRenewal(client.chain, agreement)]);
  const { endPeriod } = state;
  const costPerPeriod = extensionCost(client.chain, state, endPeriod + 1);
  return { agreement, ...renewal, costPerPeriod, endPeriod, periodsPaid: costPerPeriod === 0n ? 0 : Number(renewal.pot / costPerPeriod) };
}

/**
 * Lets the agreement be renewed, one period at a time, until `untilPeriod` (or `periods` from now on) at `maxPerPeriod` at most; the present
 * cost where that is left out. It is paid from the pot: see `topUp`. Zero periods end the authority.
 */
export function autoRenew(
  client: Client,
  options: { readonly agreement: number; readonly periods: number; readonly maxPerPeriod?: bigint | undefined; readonly signal?: AbortSignal | undefined },
): Promise<AutoRenewal> {
  return cancellable(client, { what: `Authorising renewals of agreement ${options.agreement}`, signal: options.signal }, (one) => authorise(one, options));
}

async function authorise(client: Client, options: { readonly agreement: number; readonly periods: number; readonly maxPerPeriod?: bigint | undefined }): Promise<AutoRenewal> {
  const { agreement, periods } = options;
  const { endPeriod, costPerPeriod } = await look(client, agreement);
  const maxPerPeriod = periods === 0 ? 0n : (options.maxPerPeriod ?? costPerPeriod);
  const from = Math.max(endPeriod, await currentPeriod(client.chain));
  await authoriseRenewal(client.chain, { agreement, maxPerPeriod, untilPeriod: periods === 0 ? 0 : from + periods });
  return look(client, agreement);
}

/** Puts tokens into an agreement's pot, whoever's it is. Throws InsufficientTokensError. */
export function topUp(client: Client, options: { readonly agreement: number; readonly amount: bigint; readonly signal?: AbortSignal | undefined }): Promise<AutoRenewal> {
  const { agreement, amount, signal } = options;
  return cancellable(client, { what: `Topping up agreement ${agreement}`, signal }, async (one) => {
    const balance = await tokenBalance(one.chain, one.creator);
    if (balance < amount) throw new InsufficientTokensError({ balance, need: amount });
    await fill(one.chain, { agreement, amount });
    return look(one, agreement);
  });
}

/** Credits the creator with `amount` of the pot, all of it where left out; `withdraw` pays it. */
export function takePot(client: Client, options: { readonly agreement: number; readonly amount?: bigint | undefined; readonly signal?: AbortSignal | undefined }): Promise<{ amount: bigint }> {
  const { agreement, signal } = options;
  return cancellable(client, { what: `Emptying the pot of agreement ${agreement}`, signal }, async ({ chain }) => {
    const amount = options.amount ?? (await readRenewal(chain, agreement)).pot;
    if (amount > 0n) await take(chain, { agreement, amount });
    return { amount };
  });
}
