import { Command, InvalidArgumentError, Option } from 'commander';
import { collect, supervisedOption, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { GatewayOptions } from '../gateway-config.ts';
import type { AddKeyOptions } from '../gateway-keys.ts';

export function gatewayCommand(): Command {
  const keys = new Command('keys').description('access keys of the S3 gateway').addCommand(addCommand()).addCommand(listCommand()).addCommand(removeCommand());
  return new Command('gateway').description('serve stored objects by S3 and IPFS, and the web pages').addCommand(startCommand(), { isDefault: true }).addCommand(statusCommand()).addCommand(keys);
}

function startCommand(): Command {
  return verb('start', 'run it, until Ctrl-C; also without the word start', [
    ['gateway start --s3', 'S3 on http://127.0.0.1:9000'],
    ['gateway start --s3 9100 --durability network', 'each write is answered when providers have signed that they hold it'],
    ['gateway start --ipfs 127.0.0.1:8080', 'public content by CID'],
    ['gateway start --dapp', 'the web pages on http://127.0.0.1:8090'],
  ])
    .option('--s3 [host:port]', 'serve S3 there (default: 127.0.0.1:9000)')
    .option('--ipfs [host:port]', 'serve public content by CID there (default: 127.0.0.1:8080)')
    .option('--dapp [host:port]', 'serve the web pages there (default: 127.0.0.1:8090)')
    .addOption(new Option('--durability <where>', 'what an answered write has reached: providers, or the synced spool on this machine').choices(['network', 'spool']))
    .option('--agreement <number>', 'where S3 objects are stored; the only one that runs where absent', count)
    .option('--region <name>', 'what S3 clients sign for (default: us-east-1)')
    .addOption(supervisedOption())
    .action(async (options: CommonOptions & GatewayOptions & { readonly supervised?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { runService } = await import('../service.ts');
      const { chosenGateway } = await import('../gateway-config.ts');
      const session = await openSession(options);
      const config = chosenGateway(session.config.gateway, options);
      const { startGateway } = await import('../gateway-start.ts');
      await runService(session, options, (context) => startGateway(session, config, context));
    });
}

function statusCommand(): Command {
  return verb('status', 'what a running S3 gateway holds, and what waits in its spool', [['gateway status', 'of the gateway on this machine']])
    .option('--url <url>', 'where it listens; from config.json where absent')
    .action(async (options: CommonOptions & { readonly url?: string }) => (await import('../gateway-status.ts')).showGatewayStatus(options));
}

function addCommand(): Command {
  return verb('add', 'make an access key; its secret is shown now, and in the key file', [['gateway keys add --read-only --bucket photos --note laptop', 'a key that may read one bucket']])
    .option('--read-only', 'it may neither write nor delete')
    .option('--bucket <name>', 'the only bucket that it sees; may be given several times', collect)
    .option('--note <text>', 'what it is for')
    .action(async (options: AddKeyOptions) => (await import('../gateway-keys.ts')).addKey(options));
}

function listCommand(): Command {
  return verb('list', 'the access keys, and what they may do', [['gateway keys list --secrets', 'with their secrets']])
    .option('--secrets', 'show the secrets too')
    .action(async (options: CommonOptions & { readonly secrets?: boolean }) => (await import('../gateway-keys.ts')).listKeys(options));
}

function removeCommand(): Command {
  return verb('remove', 'take an access key away', [['gateway keys remove HFAAAABBBBCCCCDDDDEE', 'nobody gets in with it any more']])
    .argument('<key>', 'its id')
    .action(async (key: string, options: CommonOptions) => (await import('../gateway-keys.ts')).removeKey(key, options));
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
