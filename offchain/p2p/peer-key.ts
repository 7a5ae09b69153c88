/** The peer's own key: another one than the operator's, so that a machine that only relays never needs the key that signs money. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { HoldfastError } from '../wire/errors.ts';

export const PEER_KEY_FILE = 'peer.key';

/** Reads the key from `<home>/peer.key`, or makes it. The file is readable by its owner alone. @throws PEER_KEY_DAMAGED */
export async function openPeerKey(home: string): Promise<PrivateKey> {
  const path = join(home, PEER_KEY_FILE);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return makeKey(home, path);
  try {
    return privateKeyFromProtobuf(bytes);
  } catch (cause) {
    throw new HoldfastError('PEER_KEY_DAMAGED', `The file ${path} holds no peer key.`, { cause, nextStep: 'Delete it: the node makes a new one and binds it to its account.' });
  }
}

async function makeKey(home: string, path: string): Promise<PrivateKey> {
  const key = await generateKeyPair('Ed25519');
  await mkdir(home, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(privateKeyToProtobuf(key));
  await file.sync();
  await file.close();
  await rename(draft, path);
  return key;
}
