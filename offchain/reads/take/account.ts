/** What one channel, or one pool, has paid to this node, and what it was used for. */
import type { Hex } from 'viem';
import type { ReadAccount, ReadVoucher } from '../../wire/paid-reads.ts';

/** A channel or pool as the chain has it, in what matters here. Amounts are token units. */
export interface Backing {
  /** Who signs vouchers, and the heavy node that shares the fee. */
  readonly signer: Hex;
  readonly heavy: number;
  /** Unix second; 0 while it is open. */
  readonly closesAt: number;
  /** The highest total that can be redeemed. */
  readonly limit: bigint;
  /** What was redeemed for this node so far. */
  readonly redeemed: bigint;
  /** Of a pool: the highest price for one MiB. */
  readonly maxPerMib?: bigint;
}

/** The part that must survive a restart. */
export interface AccountRow {
  readonly voucher: ReadVoucher;
  readonly used: bigint;
  readonly redeemed: bigint;
  /** A contract accepted its voucher (ERC-1271): it may change its mind until the voucher is redeemed. */
  readonly isByContract: boolean;
}

export class Account {
  readonly key: string;
  backing: Backing | undefined;
  /** When the chain was asked last, and when it was asked in vain. */
  readAtMs = -Infinity;
  best: ReadVoucher | undefined;
  used = 0n;
  redeemed = 0n;
  isByContract = false;
  /** The rows of all vouchers before the newest one are durable. */
  saved: Promise<void> = Promise.resolve();

  constructor(key: string, row?: AccountRow) {
    this.key = key;
    if (row !== undefined) ({ voucher: this.best, used: this.used, redeemed: this.redeemed, isByContract: this.isByContract } = row);
  }

  /** The total of the newest voucher; what was redeemed already, where none is here. */
  get paid(): bigint {
    const total = this.best?.total ?? 0n;
    return total > this.redeemed ? total : this.redeemed;
  }

  get unredeemed(): bigint {
    const total = this.best?.total ?? 0n;
    return total > this.redeemed ? total - this.redeemed : 0n;
  }

  /** What was redeemed was served, where its vouchers were lost with a disk or are older than that. */
  learn(backing: Backing, nowMs: number): void {
    this.backing = backing;
    this.readAtMs = nowMs;
    if (backing.redeemed > this.redeemed) this.redeemed = backing.redeemed;
    if (this.redeemed > (this.best?.total ?? 0n) && this.used < this.redeemed) this.used = this.redeemed;
  }

  row(): AccountRow | undefined {
    return this.best === undefined ? undefined : { voucher: this.best, used: this.used, redeemed: this.redeemed, isByContract: this.isByContract };
  }

  report(): ReadAccount {
    return { paid: this.paid, used: this.used, deposit: this.backing?.limit ?? 0n, ...(this.best === undefined ? {} : { voucher: this.best }) };
  }
}
