// A server for restic that only writes files: rclone's, over HTTP. What a gateway to a network may be measured against.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface ResticServer {
  /** For `restic --repo`. */
  readonly repository: string;
  stop(): Promise<void>;
}

const READY_MS = 10_000;

/** Undefined where rclone is not installed. */
export async function startResticServer(folder: string): Promise<ResticServer | undefined> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const child = spawn('rclone', ['--config', '/dev/null', 'serve', 'restic', '--addr', `127.0.0.1:${port}`, folder], { stdio: 'ignore' });
  const exited = once(child, 'exit').catch(() => undefined);
  child.once('error', () => undefined);
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
  };
  for (const untilMs = performance.now() + READY_MS; performance.now() < untilMs && child.exitCode === null && child.pid !== undefined; ) {
    if (await listens(port)) return { repository: `rest:http://127.0.0.1:${port}/`, stop };
    await pause(50);
  }
  await stop();
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
