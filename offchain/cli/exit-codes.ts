import { HoldfastError } from '../wire/errors.ts';

/** What the process ends with. `EXIT_MEANING`, the README and `holdfast help exit-codes` explain each one; scripts rely on them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  wrongPassword: 3,
  noFunds: 4,
  network: 5,
  partial: 6,
  notFound: 7,
  noRoom: 8,
  software: 70,
  interrupted: 130,
} as const;

export const EXIT_MEANING: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failure, 'failed; the error says why'],
  [EXIT.usage, 'the command line or the configuration cannot be meant'],
  [EXIT.wrongPassword, 'wrong password, phrase or wallet'],
  [EXIT.noFunds, 'too little coin, or too few tokens'],
  [EXIT.network, 'the chain or a node does not answer'],
  [EXIT.partial, 'some of it was done; the error names the rest'],
  [EXIT.notFound, 'there is no such name, version, path, agreement or node'],
  [EXIT.noRoom, 'no room, or a limit that you set is in the way: nothing was paid'],
  [EXIT.software, 'a service met an exception that nobody caught, and wants to be started again'],
  [EXIT.interrupted, 'interrupted; run it again and it goes on'],
];

const EXIT_OF_CODE: Readonly<Record<string, number>> = {
  USAGE: EXIT.usage,
  BAD_CONFIG: EXIT.usage,
  BAD_POLICY: EXIT.usage,
  BAD_PHRASE: EXIT.usage,
  BAD_DEPLOYMENT: EXIT.usage,
  BAD_DATABASE_URL: EXIT.usage,
  WRONG_PASSWORD: EXIT.wrongPassword,
  WRONG_KEY: EXIT.wrongPassword,
  INSUFFICIENT_FUNDS: EXIT.noFunds,
  INSUFFICIENT_TOKENS: EXIT.noFunds,
  RPC_UNAVAILABLE: EXIT.network,
  TRANSPORT: EXIT.network,
  TIMEOUT: EXIT.network,
  TRANSACTION_TIMEOUT: EXIT.network,
  CATALOG_UNREACHABLE: EXIT.network,
  NO_HEAVY: EXIT.network,
  PARTIAL: EXIT.partial,
  NO_SUCH_OBJECT: EXIT.notFound,
  NO_SUCH_NAME: EXIT.notFound,
  NOT_REGISTERED: EXIT.notFound,
  NO_AGREEMENT: EXIT.notFound,
  NO_SUCH_AGREEMENT: EXIT.notFound,
  NO_SUCH_NODE: EXIT.notFound,
  NO_SUCH_BUNDLE: EXIT.notFound,
  NOTHING_STORED: EXIT.notFound,
  NO_SUCH_SHARE: EXIT.notFound,
  NOTHING_TO_SHARE: EXIT.notFound,
  NO_SUCH_GROUP: EXIT.notFound,
  NO_SHARE_KEY: EXIT.notFound,
  LINK_GONE: EXIT.notFound,
  BAD_ADDRESS: EXIT.usage,
  BAD_LINK: EXIT.usage,
  BAD_GRANT: EXIT.usage,
  BAD_RECIPIENT: EXIT.usage,
  NO_HOLDER: EXIT.network,
  NOT_ENOUGH_SPACE: EXIT.noRoom,
  QUOTA_EXCEEDED: EXIT.noRoom,
  PRICE_ABOVE_LIMIT: EXIT.noRoom,
  COST_ABOVE_LIMIT: EXIT.noRoom,
  READ_PRICE: EXIT.noRoom,
  READ_BUDGET: EXIT.noRoom,
  CAR_TOO_LARGE: EXIT.noRoom,
  EXISTS: EXIT.noRoom,
  ABORTED: EXIT.interrupted,
  INTERRUPTED: EXIT.interrupted,
};

/** The exit code of any error: that of the first known code along its chain of causes. */
export function exitCodeOf(error: unknown): number {
  for (let one = error; one instanceof Error; one = one.cause) {
    const known = one instanceof HoldfastError && Object.hasOwn(EXIT_OF_CODE, one.code) ? EXIT_OF_CODE[one.code] : undefined;
    if (known !== undefined) return known;
  }
  return EXIT.failure;
}
