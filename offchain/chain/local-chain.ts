import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../wire/errors.ts';
import { askLocalChain, setLocalClock } from './local-clock.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SERVER = fileURLToPath(new URL('./local-chain-server.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 3_000;
const LOG_BYTES_KEPT = 4_096;

export interface LocalChain {
  readonly rpcUrl: string;
  readonly pid: number;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts Hardhat's chain in a process of its own, with real time going on; returns once it answers. */
export async function startLocalChain(options: { port?: number } = {}): Promise<LocalChain> {
  // Checked first, because whoever else answers on the port would be taken for our process.
  const port = await takePort(options.port ?? 0);
  const child = spawn(process.execPath, [SERVER, String(port)], { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit').then(() => undefined);
  const tail = keepTail(child);
  // A parent that ends normally takes its chain with it.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  void ended.then(() => process.removeListener('exit', killNow));
  const rpcUrl = `http://127.0.0.1:${port}`;
  const chain = { rpcUrl, pid: child.pid ?? 0, ended, stop: () => stopProcess(child, ended) };
  try {
    await waitUntilItAnswers(rpcUrl, child);
    await setLocalClock(rpcUrl);
  } catch (cause) {
    await chain.stop();
    throw new HoldfastError('CHAIN_NOT_STARTED', `The local chain did not start on port ${port}.`, { cause, details: { log: tail() } });
  }
  return chain;
}

/** `wanted`, or any port for 0, as long as it is free now. Throws PORT_TAKEN. */
export async function takePort(wanted: number): Promise<number> {
  const server = net.createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening').catch((cause: unknown) => {
    throw new HoldfastError('PORT_TAKEN', `Port ${wanted} is taken.`, { cause, nextStep: 'Free the port or choose another one.' });
  });
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function waitUntilItAnswers(rpcUrl: string, child: ChildProcess): Promise<void> {
  const giveUp = AbortSignal.timeout(START_TIMEOUT_MS);
  while (!giveUp.aborted) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    const reply = await askLocalChain(rpcUrl, { method: 'eth_chainId' }, giveUp).catch(() => undefined);
    if (reply?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`it did not answer within ${START_TIMEOUT_MS} ms`);
}

async function stopProcess(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await ended;
  clearTimeout(timer);
}

/** The last output, for the error message; reading it also keeps the pipe from filling up. */
function keepTail(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-LOG_BYTES_KEPT);
    });
  }
  return () => text;
}
