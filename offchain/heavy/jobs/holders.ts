import type { AgreementState } from '../../chain/read-agreement.ts';
import type { Directory } from '../directory.ts';
import type { Account } from './accounts.ts';

/**
 * Who may be given work on an agreement: nobody who holds a slot of it, or is about to (`takers`). With the keys of fragments that it does not hold, a provider could answer challenges
 * for bytes that it has dropped; and nobody audits itself.
 */
export async function outsiders(directory: Directory, { slots }: Pick<AgreementState, 'slots'>, takers: readonly number[] = []): Promise<(account: Pick<Account, 'worker' | 'payout'>) => boolean> {
  const providers = new Set([...slots.map(({ provider }) => provider), ...takers]);
  const insiders = new Set((await directory.all()).filter(({ id }) => providers.has(id)).flatMap(({ operator, payout }) => [operator.toLowerCase(), payout.toLowerCase()]));
  return ({ worker, payout }) => !insiders.has(worker) && !insiders.has(payout);
}
