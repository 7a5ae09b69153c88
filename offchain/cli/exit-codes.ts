import { HoldfastError } from '../wire/errors.ts';

/** What the process ends with. README.md explains each one; scripts rely on them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  wrongPassword: 3,
  noFunds: 4,
  network: 5,
  partial: 6,
  interrupted: 130,
} as const;

const EXIT_OF_CODE: Readonly<Record<string, number>> = {
  USAGE: EXIT.usage,
  BAD_CONFIG: EXIT.usage,
  WRONG_PASSWORD: EXIT.wrongPassword,
  INSUFFICIENT_FUNDS: EXIT.noFunds,
  INSUFFICIENT_TOKENS: EXIT.noFunds,
  RPC_UNAVAILABLE: EXIT.network,
  TRANSPORT: EXIT.network,
  TIMEOUT: EXIT.network,
  PARTIAL: EXIT.partial,
  ABORTED: EXIT.interrupted,
  INTERRUPTED: EXIT.interrupted,
};

/** The exit code of any error: that of the first known code along its chain of causes. */
export function exitCodeOf(error: unknown): number {
  for (let one = error; one instanceof Error; one = one.cause) {
    const known = one instanceof HoldfastError ? EXIT_OF_CODE[one.code] : undefined;
    if (known !== undefined) return known;
  }
  return EXIT.failure;
}
