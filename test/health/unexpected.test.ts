import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const HEALTH = new URL('../../offchain/health/unexpected.ts', import.meta.url).href;

/** A process that meets `what`, and says "alive" if it still is a moment later. */
async function meet(what: string): Promise<{ code: number | null; out: string; causes: string[] }> {
  const script = `
    import { guardProcess, unexpectedFacts } from '${HEALTH}';
    const say = (line) => process.stderr.write(line + '\\n');
    const log = { info: () => {}, warn: () => {}, error: (event) => say(event) };
    guardProcess({ log, end: () => { say('end'); process.exit(70); } });
    setTimeout(() => { ${what} }, 10);
    setTimeout(() => { process.stdout.write(JSON.stringify(unexpectedFacts(Date.now()).map((fact) => fact.code))); say('alive'); }, 200);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, out, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<[number | null]>]);
  return { code, out: out.split('\n').filter((line) => /^(alive|end|process\.)/.test(line)).join(' '), causes: stdout === '' ? [] : (JSON.parse(stdout) as string[]) };
}

describe('what nobody caught', () => {
  it('a rejected promise: logged and told, and the process goes on', async () => {
    expect(await meet("Promise.reject(new Error('forgotten'))")).toEqual({ code: 0, out: 'process.unhandled-rejection alive', causes: ['UNEXPECTED_ERROR'] });
  });

  it('a broken connection: the same', async () => {
    expect(await meet("throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })")).toEqual({ code: 0, out: 'process.uncaught-exception alive', causes: ['UNEXPECTED_ERROR'] });
  });

  it('anything else: the process ends, for its supervisor', async () => {
    expect(await meet("throw new TypeError('half done')")).toEqual({ code: 70, out: 'process.uncaught-exception end', causes: [] });
  });
});
