import { formatUnits } from 'viem';

/** Token units as a person reads them, exactly: 10^18 units are one token. */
export function formatTokens(units: bigint): string {
  return `${formatUnits(units, 18)} tokens`;
}
