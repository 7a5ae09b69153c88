import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { openKeyring } from '../../offchain/heavy/keyring.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';

const account = privateKeyToAccount(generatePrivateKey());
const keys = [
  { sealKey: nodePlatform.randomBytes(32), works: true },
  { sealKey: nodePlatform.randomBytes(32), works: false },
];

describe('keyring', () => {
  it('opens what the same key locked, in another run', async () => {
    const text = await (await openKeyring(account, '1/0xmarket')).lock(7, keys);
    expect(await (await openKeyring(account, '1/0xmarket')).unlock(7, text)).toEqual(keys);
  });

  it('never shows the key and never repeats a text', async () => {
    const keyring = await openKeyring(account, '1/0xmarket');
    const [one, two] = [await keyring.lock(7, keys), await keyring.lock(7, keys)];
    expect(one).not.toBe(two);
    const secret = Buffer.from(keys[0]?.sealKey ?? []).toString('hex');
    expect(Buffer.from(one, 'base64').toString('latin1')).not.toContain(secret);
  });

  it.each([
    ['another node', async (text: string) => (await openKeyring(privateKeyToAccount(generatePrivateKey()), '1/0xmarket')).unlock(7, text)],
    ['another market', async (text: string) => (await openKeyring(account, '1/0xother')).unlock(7, text)],
    ['another agreement', async (text: string) => (await openKeyring(account, '1/0xmarket')).unlock(8, text)],
    ['a truncated text', async (text: string) => (await openKeyring(account, '1/0xmarket')).unlock(7, text.slice(0, 12))],
    ['an empty text', async () => (await openKeyring(account, '1/0xmarket')).unlock(7, '')],
  ])('refuses %s', async (_what, open) => {
    const text = await (await openKeyring(account, '1/0xmarket')).lock(7, keys);
    await expect(open(text)).rejects.toMatchObject({ code: 'SEAL_KEY_UNREADABLE' });
  });
});
