import type { Client } from '../client/client.ts';
import { pickAgreement } from '../client/pick-agreement.ts';
import { parseCount } from './units.ts';

export const AGREEMENT_OPTION = ['--agreement <number>', 'needed when several agreements run'] as const;

export function parseId(text: string, what: string): number {
  return parseCount(text, { what, max: 2 ** 32 - 1 });
}

/** The named agreement, or the only one that runs. Throws UsageError, AgreementError. */
export async function whichAgreement(client: Client, text: string | undefined): Promise<number> {
  return text === undefined ? (await pickAgreement(client, undefined)).id : parseId(text, 'an agreement');
}
