import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../wire/errors.ts';

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

/** Starts a chain in a process of its own, with real time going on; returns once it answers. Throws PORT_TAKEN, CHAIN_NOT_STARTED. */
export async function startLocalChain({ port = 0 }: { port?: number } = {}): Promise<LocalChain> {
  if (port !== 0) await takePort(port);
  const child = spawn(process.execPath, [SERVER, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit').then(() => undefined);
  const tail = keepTail(child);
  // A parent that ends normally takes its chain with it.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  void ended.then(() => process.removeListener('exit', killNow));
  const stop = (): Promise<void> => stopProcess(child, ended);
  try {
    return { rpcUrl: await addressOf(child), pid: child.pid ?? 0, ended, stop };
  } catch (cause) {
    await stop();
    throw new HoldfastError('CHAIN_NOT_STARTED', 'The local chain did not start.', { cause, details: { log: tail() } });
  }
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

/** The first line that it prints. */
async function addressOf(child: ChildProcess): Promise<string> {
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(new Error(`it did not answer within ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
  const ended = once(child, 'exit', wait).then(() => {
    throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
  });
  const said = once(child.stdout!, 'data', wait).then(([line]) => String(line).trim());
  try {
    return await Promise.race([said, ended]);
  } finally {
    clearTimeout(timer);
    ended.catch(() => undefined);
    said.catch(() => undefined);
    wait.abort();
  }
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
