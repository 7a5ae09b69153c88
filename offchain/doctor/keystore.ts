/** The key: there, readable by its owner alone, whole, and the right password for it. */
import { stat } from 'node:fs/promises';
import { openKeystore } from '../chain/keystore.ts';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

/** `password`: undefined where none was given; then the file is looked at and not opened. */
export function keystoreCheck(options: { readonly file: string; readonly password: () => Promise<string | undefined> }): Check {
  const { file } = options;
  return {
    name: 'keystore',
    async run() {
      const found = await stat(file).catch(() => undefined);
      if (found === undefined) return fail('keystore', `There is no keystore at ${file}.`, 'holdfast init makes one, or brings a key that you have.');
      const findings: Finding[] = [];
      if ((found.mode & 0o077) !== 0) findings.push(warn('keystore', `Others on this machine may read ${file}.`, `chmod 600 ${file}`));
      const password = await options.password();
      if (password === undefined) return [...findings, ok('keystore', `${file} is there; without a password it was not opened.`)];
      const { address } = await openKeystore(file, password);
      return [...findings, ok('keystore', `${file} opens: ${address}.`, { facts: { address } })];
    },
  };
}
