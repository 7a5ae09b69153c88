import type { Address } from 'viem';
import { PaymentRequiredError } from '../../wire/http-errors.ts';
import type { ReadAccount, ReadQuote } from '../../wire/paid-reads.ts';
import { formatTokens } from '../../wire/tokens.ts';

/** Why a read is not served yet. */
export type Why =
  | { readonly code: 'PAYMENT_REQUIRED' | 'CHANNEL_UNKNOWN' | 'CHANNEL_CLOSING' | 'DEPOSIT_SHORT' | 'VOUCHER_SHORT' | 'VOUCHER_WRONG' | 'POOL_PRICE' | 'POOL_SHARE' | 'CONTRACT_SHARE' }
  | { readonly code: 'PIECE_TOO_LARGE' };

const SAYS: Readonly<Record<Why['code'], string>> = {
  PAYMENT_REQUIRED: 'and this one carries no voucher',
  CHANNEL_UNKNOWN: 'and the channel or pool of its voucher does not pay this node',
  CHANNEL_CLOSING: 'and the channel or pool of its voucher is being closed',
  DEPOSIT_SHORT: 'and its voucher promises more than is deposited',
  VOUCHER_SHORT: 'and its voucher does not cover it',
  VOUCHER_WRONG: 'and its voucher was not signed by the signer of its channel or pool',
  POOL_PRICE: 'which is more than the pool of its voucher pays',
  POOL_SHARE: "and more is promised out of the pool of its voucher than this node's share of what is left there",
  CONTRACT_SHARE: 'and a contract, which may still change its mind, owes as much as this node lets stand',
  PIECE_TOO_LARGE: 'and so many bytes are not paid for at once',
};

export interface QuoteFacts {
  readonly payee: number;
  readonly pricePerGib: bigint;
  readonly cost: bigint;
  readonly freeBytesLeft: number;
  readonly channels: Address;
  readonly heavy: number;
  readonly closingSeconds: number;
  readonly account?: ReadAccount | undefined;
}

/** The 402: a sentence for people, and a quote that a program answers. */
export function refuse(why: Why['code'], facts: QuoteFacts): PaymentRequiredError {
  const { account, ...rest } = facts;
  const quote: ReadQuote = { ...rest, ...(account === undefined ? {} : { account }) };
  return new PaymentRequiredError(`Reads cost ${formatTokens(facts.pricePerGib)} per GiB here, this one ${formatTokens(facts.cost)}, ${SAYS[why]}.`, {
    code: why,
    retryable: why === 'POOL_SHARE' || why === 'CONTRACT_SHARE',
    details: { ...quote },
    nextStep: 'Send a voucher that covers it in the header x-holdfast-voucher, or read from others.',
  });
}
