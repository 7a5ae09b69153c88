import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decryptKeystoreJson, encryptKeystoreJson } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET_SCRYPT_N, createKeystore, openKeystore } from '../../offchain/chain/keystore.ts';

let folder: string;
const cheap = { scryptN: DEVNET_SCRYPT_N };
const key = `0x${'42'.repeat(32)}` as const;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'keystore-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('keystore', () => {
  it('opens with its password and signs as the same account', async () => {
    const file = path.join(folder, 'deep/er/key.json');
    const made = await createKeystore(file, 'correct horse', key, cheap);
    const opened = await openKeystore(file, 'correct horse');
    expect(opened.address).toBe(made.address);
    expect(await opened.signMessage({ message: 'x' })).toBe(await made.signMessage({ message: 'x' }));
  });

  it('is what other wallets write and read', async () => {
    const file = path.join(folder, 'ours.json');
    const { address } = await createKeystore(file, 'Ångström ﬁ', key, cheap);
    expect(await decryptKeystoreJson(await readFile(file, 'utf8'), 'Ångström ﬁ')).toMatchObject({ address, privateKey: key });
    const theirs = path.join(folder, 'theirs.json');
    await writeFile(theirs, await encryptKeystoreJson({ address, privateKey: key }, 'Ångström ﬁ', { scrypt: { N: DEVNET_SCRYPT_N } }));
    expect((await openKeystore(theirs, 'A\u030angstro\u0308m fi')).address).toBe(address);
  });

  it('opens the test vector of the format that uses PBKDF2', async () => {
    const file = path.join(folder, 'pbkdf2.json');
    await writeFile(file, JSON.stringify({
      crypto: {
        cipher: 'aes-128-ctr', cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' }, ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
        kdf: 'pbkdf2', kdfparams: { c: 262144, dklen: 32, prf: 'hmac-sha256', salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd' },
        mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
      },
      id: '3198bc9c-6672-5ab3-d995-4942343ae5b6', version: 3,
    }));
    expect((await openKeystore(file, 'testpassword')).address).toBe('0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b');
  });

  it('that wants gigabytes to be opened is refused', async () => {
    const file = path.join(folder, 'greedy.json');
    await createKeystore(file, 'pw', key, cheap);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"n":1024', '"n":4194304'));
    await expect(openKeystore(file, 'pw')).rejects.toMatchObject({ code: 'BAD_KEYSTORE' });
    await writeFile(file, text.replace('"n":1024', '"n":1e300'));
    await expect(openKeystore(file, 'pw')).rejects.toMatchObject({ code: 'BAD_KEYSTORE' });
  });

  it('holds no key in clear and belongs to its owner alone', async () => {
    const file = path.join(folder, 'private.json');
    await createKeystore(file, 'pw', key, cheap);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('42'.repeat(16));
    expect(JSON.parse(text)).toMatchObject({ version: 3 });
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('makes another key each time', async () => {
    const a = await createKeystore(path.join(folder, 'a.json'), 'pw', undefined, cheap);
    const b = await createKeystore(path.join(folder, 'b.json'), 'pw', undefined, cheap);
    expect(a.address).not.toBe(b.address);
  });

  it('is never overwritten', async () => {
    const file = path.join(folder, 'once.json');
    const first = await createKeystore(file, 'pw', undefined, cheap);
    await expect(createKeystore(file, 'pw', undefined, cheap)).rejects.toMatchObject({ code: 'KEYSTORE_NOT_WRITTEN' });
    expect((await openKeystore(file, 'pw')).address).toBe(first.address);
  });

  it('says what is wrong: the password, the file, or that there is none', async () => {
    const file = path.join(folder, 'wrong.json');
    await createKeystore(file, 'pw', key, cheap);
    await expect(openKeystore(file, 'PW')).rejects.toMatchObject({ name: 'WrongPasswordError', code: 'WRONG_PASSWORD' });
    await writeFile(path.join(folder, 'not.json'), '{"a": 1}');
    await expect(openKeystore(path.join(folder, 'not.json'), 'pw')).rejects.toMatchObject({ code: 'BAD_KEYSTORE' });
    await expect(openKeystore(path.join(folder, 'none.json'), 'pw')).rejects.toMatchObject({ code: 'NO_KEYSTORE' });
  });
});
