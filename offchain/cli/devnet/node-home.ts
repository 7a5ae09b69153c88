import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { DEVNET_SCRYPT_N, createKeystore } from '../../chain/keystore.ts';
import { toJson } from '../../wire/json.ts';
import { configPath } from '../config.ts';
import type { ConfigInput } from '../config.ts';

/** Makes the home folder of one participant as `holdfast init` would: a keystore and a configuration. */
export async function makeHome(options: { home: string; password: string; privateKey: Hex; config: ConfigInput }): Promise<PrivateKeyAccount> {
  const { home, password, privateKey, config } = options;
  const account = await createKeystore(join(home, 'keystore.json'), password, privateKey, { scryptN: DEVNET_SCRYPT_N });
  await writeFile(configPath(home), `${JSON.stringify(JSON.parse(toJson(config)), null, 2)}\n`);
  return account;
}
