import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
