import { HoldfastError } from '../wire/errors.ts';
import { formatTokens } from '../wire/tokens.ts';

/** A server asks more than this reader pays. The bytes are taken from others. */
export class ReadPriceError extends HoldfastError {
  constructor(facts: { readonly node: number; readonly pricePerGib: bigint; readonly maxPricePerGib: bigint }) {
    const { node, pricePerGib, maxPricePerGib } = facts;
    const limit = maxPricePerGib === 0n ? 'this reader pays nothing' : `this reader pays ${formatTokens(maxPricePerGib)} at most`;
    super('READ_PRICE', `Node ${node} asks ${formatTokens(pricePerGib)} per GiB of reads; ${limit}.`, {
      details: { node, pricePerGib: String(pricePerGib), maxPricePerGib: String(maxPricePerGib) },
      nextStep: 'Raise the price cap for reads, or read from others.',
    });
  }
}

/** The policy does not let this reader pay: no channel may be opened, or its deposits are used up. */
export class ReadBudgetError extends HoldfastError {
  constructor(node: number, why: string, details: Readonly<Record<string, unknown>> = {}) {
    super('READ_BUDGET', `Node ${node} is not paid for reads: ${why}.`, { details: { node, ...details }, nextStep: 'Change the policy for reads, or read from others.' });
  }
}

/** A server took payment for more than it served, beyond what is lent to it. It is not paid any more. */
export class UnservedReadError extends HoldfastError {
  constructor(facts: { readonly node: number; readonly unserved: bigint; readonly allowed: bigint }) {
    const { node, unserved, allowed } = facts;
    super('READ_UNSERVED', `Node ${node} was paid ${formatTokens(unserved)} for reads that it did not serve; ${formatTokens(allowed)} are lent at most.`, {
      details: { node, unserved: String(unserved), allowed: String(allowed) },
      nextStep: 'It is not paid any more by this channel; the bytes are taken from others.',
    });
  }
}

/** The quote of a 402 is not one that can be answered. */
export class BadQuoteError extends HoldfastError {
  constructor(node: number, why: string) {
    super('BAD_QUOTE', `Node ${node} asks for payment in a way that is not understood: ${why}.`, { details: { node }, nextStep: 'The bytes are taken from others.' });
  }
}
