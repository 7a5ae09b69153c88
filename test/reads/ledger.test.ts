import { describe, expect, it } from 'vitest';
import { ReadLedger } from '../../offchain/reads/pay/ledger.ts';
import { READ_PIECE_BYTES, readCost, servedFor } from '../../offchain/wire/paid-reads.ts';

const PRICE = 1n << 30n;
/** At this price a byte costs a unit. */
const PIECE = BigInt(READ_PIECE_BYTES);
const MIB = 1n << 20n;

describe('the reckoning', () => {
  it('rounds up, and reckons short reads as 16 KiB', () => {
    expect(readCost({ sizeBytes: 1 << 20, pricePerGib: PRICE })).toBe(MIB);
    expect(readCost({ sizeBytes: 256, pricePerGib: PRICE })).toBe(16_384n);
    expect(readCost({ sizeBytes: 1 << 20, pricePerGib: 1n })).toBe(1n);
    expect(readCost({ sizeBytes: 1 << 20, pricePerGib: 0n })).toBe(0n);
  });

  it('names the bytes for which a pool pays a total, never too few', () => {
    for (const [total, maxPerMib] of [[1n, 3n], [1_000n, 7n], [10n ** 18n, 10n ** 15n]] as const) {
      const servedBytes = servedFor({ total, maxPerMib });
      expect((servedBytes * maxPerMib) / MIB).toBeGreaterThanOrEqual(total);
      expect(((servedBytes - 1n) * maxPerMib) / MIB).toBeLessThan(total);
    }
  });
});

describe('what a reader can lose to one server', () => {
  it('is one piece, whatever the server does', () => {
    const ledger = new ReadLedger(0n);
    let promised = 0;
    while (ledger.reserve(MIB, PRICE)) promised += 1;
    expect(promised).toBe(4);
    expect(ledger.unserved).toBe(PIECE);
    // It takes all four and serves nothing; then it says that all was used up, again and again.
    for (let i = 0; i < 4; i++) ledger.failed(MIB);
    ledger.reconcile({ paid: PIECE, used: PIECE });
    expect(ledger.reserve(MIB, PRICE)).toBe(false);
    expect(ledger.signed).toBe(PIECE);
  });

  it('grows by a fiftieth of what it served rightly', () => {
    const ledger = new ReadLedger(0n);
    for (let i = 0; i < 400; i++) {
      expect(ledger.reserve(MIB, PRICE)).toBe(true);
      ledger.served(MIB);
    }
    expect(ledger.unserved).toBe(0n);
    expect(ledger.allowed(PRICE)).toBe(PIECE + 8n * MIB);
  });

  it('is not paid twice: a read that failed is asked for again with the same promise', () => {
    const ledger = new ReadLedger(0n);
    ledger.reserve(MIB, PRICE);
    ledger.failed(MIB);
    expect(ledger.reserve(MIB, PRICE)).toBe(true);
    expect(ledger.signed).toBe(MIB);
    ledger.served(MIB);
    expect(ledger.unserved).toBe(0n);
  });

  it('does not count what other sessions promised', () => {
    const ledger = new ReadLedger(10n);
    ledger.reconcile({ paid: 100n * MIB, used: 99n * MIB });
    expect(ledger.signed).toBe(100n * MIB);
    expect(ledger.unserved).toBe(0n);
    expect(ledger.reserve(MIB, PRICE)).toBe(true);
    expect(ledger.signed).toBe(100n * MIB);
    expect(ledger.reserve(MIB, PRICE)).toBe(true);
    expect(ledger.signed).toBe(101n * MIB);
  });

  it('does not promise twice for reads that are under way', () => {
    const ledger = new ReadLedger(0n);
    ledger.reserve(MIB, PRICE);
    ledger.reserve(MIB, PRICE);
    ledger.reserve(MIB, PRICE);
    ledger.failed(MIB);
    // The server has heard of one of three promises; two more are under way.
    ledger.reconcile({ paid: MIB, used: 0n });
    expect(ledger.reserve(MIB, PRICE)).toBe(true);
    expect(ledger.signed).toBe(3n * MIB);
    expect(ledger.reserve(MIB, PRICE)).toBe(true);
    expect(ledger.signed).toBe(4n * MIB);
  });
});
