import type { Address } from 'viem';
import { useRead } from '../../state/read.ts';
import { readAgreementsOf, readFacts } from './facts.ts';

export function useAgreements(creator: Address | undefined) {
  return useRead(['agreements', creator ?? null], (chain) => readAgreementsOf(chain, creator!), { enabled: creator !== undefined });
}

export function useAgreement(id: number) {
  return useRead(['agreement', id], (chain) => readFacts(chain, id));
}
