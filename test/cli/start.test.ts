import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { MAIN } from './run-cli.ts';

/** Runs in the child before anything else; prints the packages that were loaded, at the end. */
const WATCH = `
import { registerHooks } from 'node:module';
const packages = new Set();
registerHooks({
  load(url, context, next) {
    const inside = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url);
    if (inside !== null) packages.add(inside[1]);
    return next(url, context);
  },
});
process.on('exit', () => console.error(JSON.stringify([...packages])));
`;

it.each([['--version'], ['put', '--help'], ['rent', '--no-such-option']])('holdfast %s loads nothing that it does not need', (...args) => {
  const child = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`, MAIN, ...args], { encoding: 'utf8' });
  expect(JSON.parse(child.stderr.trim().split('\n').at(-1)!)).toEqual(['commander']);
}, 20_000);
