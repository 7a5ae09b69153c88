import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { InitOptions } from '../init-wallet.ts';

export function initCommand(): Command {
  return verb('init', 'create the wallet (a keystore file) and the configuration', [
    ['init --new-phrase --rpc http://127.0.0.1:8545 --deployment deployment.json', 'a wallet of 24 words, shown once; keystore and configuration in ~/.holdfast'],
    ['init --phrase', 'the same wallet on another machine: asks for the words without showing them'],
    ['init --private-key-file key.txt --home node', 'a key that exists, in a home folder of its own'],
  ])
    .option('--new-phrase', 'make the wallet from new words, show them once on the terminal, and ask for some of them')
    .option('--words <number>', 'with --new-phrase: 12 or 24', '24')
    .option('--phrase', 'import a recovery phrase: typed on the terminal, else read from standard input')
    .option('--phrase-index <number>', "which account of the words, as in m/44'/60'/0'/0/0", '0')
    .option('--private-key-file <file>', 'import this private key (0x hex) instead of making a new one')
    .option('--light-scrypt', 'a keystore that opens quickly and protects little: for devnets only')
    .action(async (options: InitOptions) => {
      const { runInit } = await import('../init-wallet.ts');
      await runInit(options);
    });
}
