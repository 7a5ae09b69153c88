import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A real TCP relay before a server. Shut, it takes connections and bytes and passes nothing on: a peer that went silent. */
export interface Valve {
  readonly url: string;
  /** Where it leads from now on; connections to anywhere else are dropped. */
  lead(port: number): void;
  shut(): void;
  open(): void;
  stop(): Promise<void>;
}

export async function startValve(): Promise<Valve> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isShut = false;
  let targetPort = 0;
  const server = net.createServer((inner) => {
    if (targetPort === 0) return void inner.destroy();
    const outer = net.connect(targetPort, '127.0.0.1');
    const pair = [inner, outer] as const;
    pairs.add(pair);
    const end = (): void => {
      inner.destroy();
      outer.destroy();
      pairs.delete(pair);
    };
    for (const [from, to] of [[inner, outer], [outer, inner]] as const) {
      from.on('data', (bytes) => void to.write(bytes));
      from.on('error', end);
      from.on('close', end);
    }
    if (isShut) for (const socket of pair) socket.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const each = (act: (socket: Socket) => void): void => {
    for (const pair of pairs) pair.forEach(act);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(port) {
      targetPort = port;
      each((socket) => socket.destroy());
    },
    shut() {
      isShut = true;
      each((socket) => socket.pause());
    },
    open() {
      isShut = false;
      each((socket) => socket.resume());
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      each((socket) => socket.destroy());
      await closed;
    },
  };
}
