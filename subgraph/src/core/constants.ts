import { BigInt, Bytes, dataSource } from '@graphprotocol/graph-ts';

/** What never changes in a deployment comes in the manifest's context: no mapping asks a chain that may have forgotten its old state. */
export function constantOf(name: string): BigInt {
  const value = dataSource.context().get(name);
  assert(value !== null, 'The manifest has no context value named ' + name + '.');
  return value!.toBigInt();
}

export function addressOf(name: string): Bytes {
  const value = dataSource.context().get(name);
  assert(value !== null, 'The manifest has no context value named ' + name + '.');
  return value!.toBytes();
}

export const NETWORK_ID = 'holdfast';
export const ZERO = BigInt.zero();
export const BPS = BigInt.fromI32(10_000);
/** As in Network.sol: a share of rent where this means all of it. */
export const WHOLE_SHARE = BigInt.fromI32(1).leftShift(31);
/** As in Vacancies.sol and Money.sol, percent. */
export const CREATOR_SHARE = BigInt.fromI32(50);
export const REPAIRER_SHARE = BigInt.fromI32(25);
export const SUCCESSOR_SHARE = BigInt.fromI32(15);
export const BURN_SHARE = BigInt.fromI32(20);
export const PERCENT = BigInt.fromI32(100);
/** As in Challenges.sol: token units per bond unit. */
export const BOND_UNIT = BigInt.fromI64(1_000_000_000_000);
/** As in the enum Tier. */
export const TIERS: string[] = ['None', 'Standard', 'Archival', 'Edge', 'Heavy'];
/** As in the enum Cause. */
export const CAUSES: string[] = ['Fault', 'Notice', 'HandOver', 'Surrender', 'Challenge', 'Unacknowledged'];

export function isZeroAddress(address: Bytes): boolean {
  for (let i = 0; i < address.length; i++) if (address[i] !== 0) return false;
  return true;
}
