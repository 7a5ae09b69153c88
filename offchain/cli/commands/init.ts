import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface InitOptions extends CommonOptions {
  readonly privateKeyFile?: string;
  readonly lightScrypt?: boolean;
}

export function initCommand(): Command {
  return verb('init', 'create the wallet (a keystore file) and the configuration')
    .option('--private-key-file <file>', 'import this private key (0x hex) instead of making a new one')
    .option('--light-scrypt', 'a keystore that opens quickly and protects little: for devnets only')
    .action(async (options: InitOptions) => {
      const { runInit } = await import('../init-wallet.ts');
      await runInit(options);
    });
}
