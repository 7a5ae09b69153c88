/** What one server was paid and what it served: the bound on what a reader can lose. Amounts are token units. */
import { READ_PIECE_BYTES, readCost } from '../../wire/paid-reads.ts';

/** Besides one piece, a server may keep this share of what it served rightly: connections break without anybody's fault. */
const TOLERANCE_DIVISOR = 50n;

export class ReadLedger {
  /** Promised by vouchers so far. */
  signed: bigint;
  /** Promised by earlier sessions, or by other processes of this reader: not judged here. */
  #before: bigint;
  /** Worth of what was received and verified in this session. */
  #served = 0n;
  /** Worth of the reads that are under way. */
  #underWay = 0n;
  /** Promised, and still to be had for it: reads that failed on their way. */
  #credit = 0n;

  constructor(signed: bigint) {
    this.signed = signed;
    this.#before = signed;
  }

  /** Promised and not served: under way, or lost. */
  get unserved(): bigint {
    return this.signed - this.#before - this.#served;
  }

  allowed(pricePerGib: bigint): bigint {
    return readCost({ sizeBytes: READ_PIECE_BYTES, pricePerGib }) + this.#served / TOLERANCE_DIVISOR;
  }

  /** Books a read: out of what was promised in vain before, else by promising more. False when more would be lent than is allowed. */
  reserve(cost: bigint, pricePerGib: bigint): boolean {
    if (this.#credit >= cost) this.#credit -= cost;
    else if (this.unserved + cost > this.allowed(pricePerGib)) return false;
    else this.signed += cost;
    this.#underWay += cost;
    return true;
  }

  served(cost: bigint): void {
    this.#served += cost;
    this.#underWay -= cost;
  }

  /** The read brought nothing. What the server did not send of it, it owes. */
  failed(cost: bigint): void {
    this.#credit += cost;
    this.#underWay -= cost;
  }

  /**
   * The server says what it was paid (proven by a voucher of ours) and what of it is used up. Where it exaggerates the use, more is
   * promised to it, and `reserve` ends that at the bound.
   */
  reconcile(server: { readonly paid: bigint; readonly used: bigint }): void {
    const { paid, used } = server;
    if (paid > this.signed) {
      this.#before += paid - this.signed;
      this.signed = paid;
    }
    const left = this.signed - used - this.#underWay;
    this.#credit = left > 0n ? left : 0n;
  }
}
