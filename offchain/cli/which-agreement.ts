import type { Client } from '../client/client.ts';
import { UsageError } from './errors.ts';
import { parseCount } from './parse-count.ts';

export const AGREEMENT_OPTION = ['--agreement <number>', 'needed when several agreements run'] as const;

export function parseId(text: string, what: string): number {
  return parseCount(text, { what, max: 2 ** 32 - 1 });
}

/** The named agreement, or the only one that runs. Throws UsageError, AgreementError. */
export async function whichAgreement(client: Client, text: string | undefined): Promise<number> {
  if (text !== undefined) return parseId(text, 'an agreement');
  // Verbs name this file at the top, for the option: what it needs of the client is loaded when it is needed.
  const { pickAgreement } = await import('../client/pick-agreement.ts');
  return (await pickAgreement(client, undefined)).id;
}

/** The only running agreement that stores in batches of 2^batchLog2 bytes. Throws UsageError. */
export async function agreementByBatch(client: Client, batchLog2: number): Promise<number> {
  const { agreementsOf } = await import('../chain/agreements-of.ts');
  const { currentPeriod } = await import('../chain/current-epoch.ts');
  const { formatBytes } = await import('./units.ts');
  const period = await currentPeriod(client.chain);
  const views = await Promise.all((await agreementsOf(client.chain, client.creator)).map((id) => client.views.refresh(id)));
  const fitting = views.filter(({ state }) => state.endPeriod > period && state.batchLog2 === batchLog2).map(({ id }) => id);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const size = formatBytes(2 ** batchLog2);
  if (only === undefined) throw new UsageError(`No running agreement stores in batches of ${size}.`, `holdfast status shows them; holdfast rent --batch ${size.replace(' ', '')} makes one.`);
  throw new UsageError(`Agreements ${fitting.join(', ')} all store in batches of ${size}.`, 'Name one with --agreement.');
}
