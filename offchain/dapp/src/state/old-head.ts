/** Whether the chain that an RPC address tells stands still: pages would show an old state as if it were today's. */

/** No chain is silent for so long. */
export const OLD_HEAD_SECONDS = 600;

/** How old the newest block is, where that is too old; seconds. A devnet makes blocks only when somebody sends something. */
export function oldHead({ blockSeconds, nowSeconds, isDevnet }: { readonly blockSeconds: number; readonly nowSeconds: number; readonly isDevnet: boolean }): number | undefined {
  const age = nowSeconds - blockSeconds;
  return isDevnet || age <= OLD_HEAD_SECONDS ? undefined : age;
}
