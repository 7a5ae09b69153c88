import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { decodePointer, encodePointer } from '../../offchain/client/name-record.ts';
import { masterFromPhrase, masterFromWallet } from '../../offchain/client/master-key.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { hex } from '../../offchain/codec/bytes.ts';
import { holdfastDomain } from '../../offchain/wire/typed-data.ts';

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const other = privateKeyToAccount(`0x${'22'.repeat(32)}`);
const market = `0x${'ab'.repeat(20)}` as const;
const domain = holdfastDomain({ chainId: 31337, market });
const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

describe('the master key', () => {
  it('is the same each time, and another one for another wallet or market', async () => {
    const of = async (signer: typeof account, on = domain): Promise<string> => hex(await masterFromWallet(nodePlatform, { signer, creator: signer.address, domain: on }));
    expect(await of(account)).toMatch(/^[0-9a-f]{64}$/);
    expect(await of(account)).toBe(await of(account));
    expect(await of(other)).not.toBe(await of(account));
    expect(await of(account, holdfastDomain({ chainId: 1, market }))).not.toBe(await of(account));
  });

  it('does not come from a wallet that signs differently each time', async () => {
    let turn = 0;
    // Two honest keys in turn stand for a wallet whose signatures are random.
    const signTypedData: typeof account.signTypedData = (data) => (turn++ % 2 === 0 ? account : other).signTypedData(data);
    const signer = { ...account, signTypedData };
    await expect(masterFromWallet(nodePlatform, { signer, creator: account.address, domain })).rejects.toMatchObject({ name: 'NonDeterministicWalletError' });
  });

  it('comes from a phrase, however it is typed, but not from a misspelt one', async () => {
    const key = hex(await masterFromPhrase(nodePlatform, phrase));
    expect(hex(await masterFromPhrase(nodePlatform, `  ${phrase.toUpperCase().replaceAll(' ', '\n ')} `))).toBe(key);
    await expect(masterFromPhrase(nodePlatform, phrase.replace('yellow', 'winner'))).rejects.toMatchObject({ name: 'BadPhraseError' });
  });
});

describe('the name pointer', () => {
  const pointer = { agreement: 7, bundle: 0, batchId: new Uint8Array(32).fill(1), sequence: 3, keyCheck: new Uint8Array(8).fill(2) };

  it('survives its encoding', () => {
    expect(decodePointer(encodePointer(pointer))).toEqual(pointer);
  });

  it('is refused when a byte is missing or a bound is broken', () => {
    const bytes = encodePointer(pointer);
    for (let sizeBytes = 0; sizeBytes < bytes.length; sizeBytes++) expect(() => decodePointer(bytes.subarray(0, sizeBytes))).toThrow('name record');
    expect(() => decodePointer(encodePointer({ ...pointer, agreement: 0 }))).toThrow('name record');
    expect(() => decodePointer(encodePointer({ ...pointer, batchId: new Uint8Array(31) }))).toThrow('name record');
  });
});
