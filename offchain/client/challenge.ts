/** Puts a bond on one leaf not being there: the provider shows it within the answering time, or loses the slot. */
import { type ChallengeTarget, challengeBond, postChallenge, tryChallenge } from '../chain/post-challenge.ts';
import type { ChallengeState } from '../chain/read-challenge.ts';
import { readBundle } from '../chain/read-bundle.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';
import { AgreementError, InsufficientTokensError } from './errors.ts';

export interface ChallengeOptions {
  readonly agreement: number;
  readonly slot: number;
  readonly bundle: number;
  /** Inside the bundle; drawn at random where left out, as is the leaf. */
  readonly batch?: number | undefined;
  readonly leaf?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The bond is the provider's when it answers; else it comes back. */
export type Challenged = Omit<ChallengeState, 'challenger'>;

/** Anybody may. @throws AgreementError, InsufficientTokensError, ContractRevertError, RpcUnavailableError */
export function challenge(client: Client, options: ChallengeOptions): Promise<Challenged> {
  return cancellable(client, { what: `Challenging slot ${options.slot} of agreement ${options.agreement}`, signal: options.signal }, (one) => post(one, options));
}

/** What it would put at stake, in token units; nothing is signed. @throws AgreementError, ContractRevertError when the market would refuse it, RpcUnavailableError */
export function previewChallenge(client: Client, options: ChallengeOptions): Promise<{ readonly bond: bigint }> {
  return cancellable(client, { what: 'Asking what a challenge costs', signal: options.signal }, async (one) => {
    await tryChallenge(one.chain, (await targetOf(one, options)).target);
    return { bond: await challengeBond(one.chain) };
  });
}

async function post(client: Client, options: ChallengeOptions): Promise<Challenged> {
  const { chain } = client;
  const { target, provider } = await targetOf(client, options);
  const bond = await challengeBond(chain);
  const balance = await tokenBalance(chain, client.creator);
  if (balance < bond) throw new InsufficientTokensError({ balance, need: bond });
  return { ...(await postChallenge(chain, target)), ...target, provider };
}

async function targetOf(client: Client, { agreement, slot, bundle, ...options }: ChallengeOptions): Promise<{ readonly target: ChallengeTarget; readonly provider: number }> {
  const { state, geometry } = await client.views.refresh(agreement);
  const provider = state.slots[slot]?.provider ?? 0;
  if (provider === 0) throw new AgreementError('NO_SUCH_PROVIDER', `Nobody holds slot ${slot} of agreement ${agreement}.`, 'holdfast status shows who holds which slot.', { slot });
  const { batches } = await readBundle(client.chain, agreement, bundle);
  const batch = options.batch ?? anyBelow(client, batches);
  const leaf = options.leaf ?? anyBelow(client, geometry.leaves);
  return { target: { agreement, slot, bundle, batch, leaf }, provider };
}

/** The bias of a remainder of 48 bits is beyond notice. */
function anyBelow({ platform }: Client, limit: number): number {
  return Number(platform.randomBytes(6).reduce((value, byte) => value * 256n + BigInt(byte), 0n) % BigInt(limit));
}
