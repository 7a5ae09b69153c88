/** The network of a process: hosts are names under .sim, which lead to servers of this process or, while cut off, nowhere. */
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const SUFFIX = '.sim';

interface Target {
  host?: string | undefined;
  port?: number | string | undefined;
}

export class Names {
  readonly #ports = new Map<string, number>();
  readonly #sockets = new Map<string, Set<net.Socket>>();
  readonly #cutOff = new Set<string>();
  readonly #restore: () => void;

  constructor() {
    const { connect } = net.Socket.prototype;
    const { lookup } = dns;
    const redirect = (target: Target, socket: net.Socket): Target => {
      const name = target.host;
      if (name?.endsWith(SUFFIX) !== true) return target;
      // Nobody listens on port 1.
      const port = this.#cutOff.has(name) ? 1 : (this.#ports.get(name) ?? 1);
      const sockets = this.#sockets.get(name) ?? new Set();
      this.#sockets.set(name, sockets.add(socket));
      socket.once('close', () => sockets.delete(socket));
      // A copy: agents keep their sockets under the name that they asked for.
      return { ...target, host: '127.0.0.1', port };
    };
    // Every way to a TCP connection ends here, with its options first or, from net.connect, in a list of normalised arguments.
    net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
      if (Array.isArray(args[0])) args[0][0] = redirect(args[0][0] as Target, this);
      else if (typeof args[0] === 'object') args[0] = redirect(args[0] as Target, this);
      return (connect as (...all: unknown[]) => net.Socket).apply(this, args);
    } as typeof connect;
    dns.lookup = (async (name: string, options: never) => (name.endsWith(SUFFIX) ? [{ address: '127.0.0.1', family: 4 }] : lookup(name, options))) as unknown as typeof dns.lookup;
    syncBuiltinESMExports();
    this.#restore = () => {
      net.Socket.prototype.connect = connect;
      dns.lookup = lookup;
      syncBuiltinESMExports();
    };
  }

  /** @param url where the server of this process listens */
  lead(name: string, url: string): void {
    this.#ports.set(name, Number(new URL(url).port));
  }

  /** Connections end, and new ones are refused, until `join`. */
  cut(name: string): void {
    this.#cutOff.add(name);
    for (const socket of this.#sockets.get(name) ?? []) socket.destroy();
  }

  join(name: string): void {
    this.#cutOff.delete(name);
  }

  isCut(name: string): boolean {
    return this.#cutOff.has(name);
  }

  release(): void {
    this.#restore();
  }
}

export function urlOf(name: string): string {
  return `http://${name}`;
}
