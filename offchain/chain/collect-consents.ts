import { isAddressEqual } from 'viem';
import { HoldfastError } from '../wire/errors.ts';
import { requestJson } from '../wire/http-client.ts';
import { ExtensionReply } from '../wire/messages.ts';
import { recoverTyped } from '../wire/typed-data.ts';
import type { SlotConsent } from './extend-agreement.ts';
import type { AgreementState } from './read-agreement.ts';
import { readNode } from './read-node.ts';
import type { Chain } from './types.ts';

const TIMEOUT_MS = 10_000;

/** Some providers did not agree to the longer term; without all of them the chain takes no extension. */
export class NoConsentError extends HoldfastError {
  constructor(agreement: number, refusals: readonly { readonly slot: number; readonly provider: number; readonly reason: string }[]) {
    const list = refusals.map(({ slot, provider, reason }) => `slot ${slot}, provider ${provider}: ${reason}`).join('; ');
    super('NO_CONSENT', `Agreement ${agreement} is not extended: ${refusals.length} of its providers did not agree (${list}).`, {
      retryable: true,
      details: { agreement, refusals },
      nextStep: 'Try again later, or give them notice: their successors are asked instead.',
    });
  }
}

/**
 * Asks every provider of the agreement for its signature under a longer term, and checks it. Vacant slots need none.
 * @throws NoConsentError that names everyone who did not sign, RpcUnavailableError
 */
export async function collectConsents(
  chain: Chain,
  options: { readonly agreement: AgreementState; readonly newEndPeriod: number; readonly signal?: AbortSignal | undefined },
): Promise<SlotConsent[]> {
  const { agreement, newEndPeriod, signal } = options;
  const refusals: { slot: number; provider: number; reason: string }[] = [];
  const consents = await Promise.all(
    agreement.slots
      .filter(({ provider }) => provider !== 0)
      .map(async ({ slot, provider }): Promise<SlotConsent | undefined> => {
        try {
          return await askConsent(chain, { agreement, newEndPeriod, slot, provider, signal });
        } catch (error) {
          signal?.throwIfAborted();
          refusals.push({ slot, provider, reason: sentence(error) });
          return undefined;
        }
      }),
  );
  if (refusals.length > 0) throw new NoConsentError(agreement.id, refusals);
  return consents.filter((one) => one !== undefined);
}

async function askConsent(
  chain: Chain,
  at: { agreement: AgreementState; newEndPeriod: number; slot: number; provider: number; signal: AbortSignal | undefined },
): Promise<SlotConsent> {
  const { agreement, newEndPeriod, slot, provider, signal } = at;
  const { endpoint, operator } = await readNode(chain, provider);
  const url = `${endpoint.replace(/\/$/, '')}/extensions`;
  const body = { agreement: agreement.id, newEndPeriod };
  const { signature } = await requestJson(url, { method: 'POST', body, schema: ExtensionReply, timeoutMs: TIMEOUT_MS, signal });
  const message = { agreement: agreement.id, slot, endPeriod: agreement.endPeriod, newEndPeriod, turn: agreement.turns };
  const signer = await recoverTyped(chain.domain, 'Extension', message, signature);
  if (isAddressEqual(signer, operator)) return { slot, signature };
  throw new HoldfastError('BAD_CONSENT', 'it signed something else', { details: { slot, provider, signer } });
}

function sentence(error: unknown): string {
  const text = error instanceof HoldfastError ? error.shortMessage : String(error);
  return text.replace(/\.$/, '');
}
