import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface SessionOptions extends CommonOptions {
  readonly hours: string;
  readonly end?: boolean;
}

export function sessionCommand(): Command {
  return verb('session', 'let another key store and retire on your behalf; it can neither pay nor be paid', [
    ['session 0x90F79bf6EB2c4f870365E785982E1f101E93b906 --hours 8', 'let that key store for you for eight hours'],
    ['session 0x90F79bf6EB2c4f870365E785982E1f101E93b906 --end', 'end it now'],
  ])
    .argument('<address>', 'of that key')
    .option('--hours <number>', 'for how long', '24')
    .option('--end', 'end it now')
    .action(async (address: string, options: SessionOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { setSessionKey } = await import('../../client/session-key.ts');
      const { parseAddress, parseCount } = await import('../units.ts');
      const key = parseAddress(address);
      const hours = parseCount(options.hours, { what: 'a number of hours', max: 24 * 365 });
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const session = await setSessionKey(client, { key, lifeSeconds: options.end === true ? 0 : hours * 3600 });
        output.result(session, () => (session.expiry === 0 ? `${address} may do nothing any more.` : `${address} may store and retire for you until ${new Date(session.expiry * 1000).toISOString()}.`));
      });
    });
}
