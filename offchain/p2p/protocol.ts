/** Names of protocols and topics. Networks with another chain or registry do not even speak the same protocols. */
import type { Address } from 'viem';

export interface NetworkName {
  readonly chainId: number;
  readonly registry: Address;
}

function base({ chainId, registry }: NetworkName): string {
  return `/holdfast/${chainId}/${registry.slice(2).toLowerCase()}`;
}

/** Who is who: both sides send their binding. */
export const bindProtocol = (network: NetworkName): string => `${base(network)}/bind/1`;
/** One request, one reply. */
export const requestProtocol = (network: NetworkName): string => `${base(network)}/request/1`;
/** One HTTP/1.1 exchange with the node's own HTTP service. */
export const tunnelProtocol = (network: NetworkName): string => `${base(network)}/http/1`;
export const dhtProtocol = (network: NetworkName): string => `${base(network)}/kad/1`;
export const asksTopic = (network: NetworkName): string => `${base(network)}/asks/1`;
export const noticesTopic = (network: NetworkName): string => `${base(network)}/notices/1`;
