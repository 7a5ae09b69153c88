import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concatHex, hashTypedData, numberToHex, size, slice, zeroAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { compactSignature, expandSignature } from '../../offchain/wire/compact-signature.ts';
import { TYPES, holdfastDomain, recoverTyped, signTyped } from '../../offchain/wire/typed-data.ts';
import type { PrimaryType, TypedMessages } from '../../offchain/wire/typed-data.ts';

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const market = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const domain = holdfastDomain({ chainId: 31337, market });
const terms = { creator: account.address, nonce: 0, heavy: 1, feeBps: 100, k: 10, m: 6, batchLog2: 28, quota: 4, endPeriod: 9 } as const;
const root = `0x${'ab'.repeat(32)}` as const;

const messages: TypedMessages = {
  Terms: terms,
  Offer: { terms, provider: 2, price: 2n ** 95n, expiry: 1_800_000_000 },
  OfferAsk: { terms, expiry: 1_800_000_000 },
  Tariff: { provider: 2, perGibEpoch: 10n ** 13n, capacityBytes: 3n << 29n, sequence: 1_750_000_000_000, expiry: 1_800_000_000 },
  Receipt: { agreement: 1, bundle: 0, root, batches: 3, slot: 15 },
  Succession: { agreement: 1, slot: 3, provider: 5, price: 10n ** 12n, bundles: 2, turn: 0, expiry: 1_800_000_000, repairer: zeroAddress },
  Extension: { agreement: 1, slot: 3, endPeriod: 9, newEndPeriod: 12, turn: 0 },
  Session: { agreement: 1, creator: account.address, expiry: 1_800_000_000 },
  NameRecord: { creator: account.address, version: 1, valueHash: root },
  PublicName: { name: '/a.com/izone.mp4', tenure: 1, owner: account.address, version: 2, parents: [root], contentId: 'bafkqaaa', root, valueHash: root, created: 1_700_000_000, expiry: 0 },
  Letter: { from: account.address, to: zeroAddress, kind: 'grant', id: root, version: 1, created: 1_700_000_000, expiry: 0, valueHash: root },
  MailboxRead: { owner: account.address, until: 1_800_000_000 },
  Standings: { heavy: 1, epoch: 9, hash: root },
  MasterKey: { creator: account.address, purpose: 'restore' },
  PeerBinding: { node: 3, peer: '12D3KooWGRUVh5gsQo3k4i8sCkmVvXbYwHkyPpQyNPrQmiWPEfzu', sequence: 1, expiry: 1_800_000_000 },
  Ask: { provider: 3, sequence: 7, tier: 'standard', region: 2, unit: 'gib', price: 10n ** 12n, freeBytes: 2n ** 40n, capacityBytes: 2n ** 41n, url: 'http://127.0.0.1:1', expiry: 1_800_000_000 },
  Notice: { node: 3, sequence: 8, state: 'read-only', cause: 'The disk is full.', expiry: 1_800_000_000 },
  WorkerPromise: { worker: account.address, heavy: 1, month: 2, cores: 4, percent: 50, payout: account.address, sequence: 1, expiry: 1_800_000_000 },
  Voucher: { channel: 2n ** 200n, total: 2n ** 127n },
  Served: { pool: 1n, payee: 3, servedBytes: 2n ** 40n, total: 5n },
};

describe('typed data', () => {
  it.each(Object.keys(messages) as PrimaryType[])('%s: signs into 64 bytes and recovers the signer', async (type) => {
    const signature = await signTyped(account, domain, type, messages[type]);
    expect(size(signature)).toBe(64);
    expect(await recoverTyped(domain, type, messages[type], signature)).toBe(account.address);
  });

  it('recovers somebody else for another market, another chain or another message', async () => {
    const signature = await signTyped(account, domain, 'Receipt', messages.Receipt);
    const otherMarket = holdfastDomain({ chainId: 31337, market: '0x000000000000000000000000000000000000dEaD' });
    const otherChain = holdfastDomain({ chainId: 1, market });
    expect(await recoverTyped(otherMarket, 'Receipt', messages.Receipt, signature)).not.toBe(account.address);
    expect(await recoverTyped(otherChain, 'Receipt', messages.Receipt, signature)).not.toBe(account.address);
    expect(await recoverTyped(domain, 'Receipt', { ...messages.Receipt, slot: 14 }, signature)).not.toBe(account.address);
  });

  it('refuses signatures of other lengths and points that do not exist', async () => {
    const short = recoverTyped(domain, 'Receipt', messages.Receipt, `0x${'00'.repeat(63)}`);
    await expect(short).rejects.toMatchObject({ code: 'BAD_SIGNATURE_FORMAT' });
    const zero = recoverTyped(domain, 'Receipt', messages.Receipt, `0x${'00'.repeat(64)}`);
    await expect(zero).rejects.toMatchObject({ code: 'BAD_SIGNATURE_FORMAT' });
  });
});

describe('compact signatures', () => {
  it('expand to what was compacted', async () => {
    for (let i = 0; i < 16; i++) {
      const full = await account.signMessage({ message: String(i) });
      expect(expandSignature(compactSignature(full))).toBe(full);
    }
  });

  it('keep a compact one, and bring a high s to its lower form', async () => {
    const hash = hashTypedData({ domain, types: TYPES, primaryType: 'Receipt', message: messages.Receipt });
    const full = await account.sign({ hash });
    const compact = compactSignature(full);
    expect(compactSignature(compact)).toBe(compact);
    const high = numberToHex(secp256k1.Point.Fn.ORDER - BigInt(slice(full, 32, 64)), { size: 32 });
    const flipped = concatHex([slice(full, 0, 32), high, slice(full, 64) === '0x1b' ? '0x1c' : '0x1b']);
    expect(compactSignature(flipped)).toBe(compact);
  });

  it('refuse what a contract wallet returns', () => {
    expect(() => compactSignature(`0x${'00'.repeat(96)}`)).toThrow(/96 bytes/);
  });
});
