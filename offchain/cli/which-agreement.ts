import type { Client } from '../client/client.ts';
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
