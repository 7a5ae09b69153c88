/** What a browser's wallet gives to a page (EIP-1193), as little of it as is used: viem's and ethers' types and `window.ethereum` fit. */
export interface Eip1193Provider {
  request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (...args: never[]) => void): unknown;
  removeListener?(event: string, listener: (...args: never[]) => void): unknown;
}

/** Codes of EIP-1193 and EIP-1474, wherever the wallet hides them. */
export function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, data } = error as { code?: unknown; data?: { originalError?: unknown } | null };
  // Some mobile wallets wrap what they mean into an internal error.
  return codeOf(data?.originalError) ?? (typeof code === 'number' ? code : undefined);
}

/** "0x7a69", "31337" and 31337 are all said by wallets. */
export function toChainId(answer: unknown): number {
  return Number(typeof answer === 'bigint' || typeof answer === 'string' || typeof answer === 'number' ? answer : Number.NaN);
}
