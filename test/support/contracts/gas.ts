import { measureCommit, measureEndings, measureOpen, measureRenewals } from './gas-agreements.ts';
import { measureFaults } from './gas-faults.ts';
import { measureChannels, measureCommons, measureEndowment, measureRegistry, measureRewards, measureSettle } from './gas-money.ts';
import { measureProve, measureProveAged, measureProveMany, measureProveTebibytes, measureProveUnlucky, measureRelay } from './gas-proofs.ts';
import type { GasRow } from './gas-world.ts';

const PARTS = [
  measureOpen, measureCommit,
  () => measureProve(1), () => measureProve(100), measureProveUnlucky, measureProveTebibytes, measureProveMany, measureProveAged, measureRelay,
  measureSettle, measureFaults, measureRenewals, measureEndings, measureRegistry, measureChannels, measureEndowment, measureCommons, measureRewards,
];

/** Every act on real transactions, in the order of an agreement's life. */
export async function measureAll(): Promise<GasRow[]> {
  const rows: GasRow[] = [];
  for (const part of PARTS) rows.push(...(await part()));
  return rows;
}
