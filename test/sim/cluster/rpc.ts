/** The in-process EVM behind a JSON-RPC address. Each transaction's block has the virtual time, or a second more than the one before. */
import http from 'node:http';
import { Readable, Writable } from 'node:stream';
import { createEvm } from '../../support/contracts/evm.ts';
import type { Evm } from '../../support/contracts/evm.ts';

export const CHAIN_URL = 'http://chain.sim';
/** Chains have blocks, whether or not anybody sends something. */
const BLOCK_SECONDS = 30;
const BASE_FEE = '0x3b9aca00';
const TIMED = new Set(['eth_sendRawTransaction', 'eth_estimateGas', 'eth_call']);

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** As much of a request as wire/http-node.ts uses. */
class Question extends Writable {
  readonly reusedSocket = false;
  readonly #answer: (body: string) => Promise<string>;
  #body = '';

  constructor(answer: (body: string) => Promise<string>) {
    super({ decodeStrings: false });
    this.#answer = answer;
  }

  setTimeout(): this {
    return this;
  }

  override _write(part: Uint8Array | string, _encoding: string, done: () => void): void {
    this.#body += typeof part === 'string' ? part : Buffer.from(part).toString();
    done();
  }

  override _final(done: () => void): void {
    done();
    void this.#answer(this.#body).then((text) => this.emit('response', Object.assign(Readable.from([Buffer.from(text)]), { statusCode: 200, headers: {} })));
  }
}

export class Rpc {
  readonly evm: Evm;
  readonly #nowMs: () => number;
  readonly #restore: () => void;
  #seconds = 0;
  #last: Promise<unknown> = Promise.resolve();

  static async start(nowMs: () => number): Promise<Rpc> {
    return new Rpc(await createEvm(), nowMs);
  }

  private constructor(evm: Evm, nowMs: () => number) {
    this.evm = evm;
    this.#nowMs = nowMs;
    const { request } = http;
    // A question to the chain needs no socket.
    const answered = (...args: Parameters<typeof request>): http.ClientRequest =>
      String(args[0]).startsWith(CHAIN_URL) ? (new Question((body) => this.#answer(body)) as unknown as http.ClientRequest) : request(...args);
    http.request = answered as typeof request;
    // Nor does one that goes by viem's own transport.
    const { fetch } = globalThis;
    globalThis.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.startsWith(CHAIN_URL)) return fetch(input, init);
      const body = input instanceof Request ? await input.text() : String(init?.body);
      return new Response(await this.#answer(body), { headers: { 'content-type': 'application/json' } });
    };
    this.#restore = () => {
      http.request = request;
      globalThis.fetch = fetch;
    };
  }

  /** A block, when the newest one is old. */
  async tick(): Promise<void> {
    const now = Math.floor(this.#nowMs() / 1_000);
    const mine = this.#last.then(async () => {
      if (now - this.#seconds < BLOCK_SECONDS) return;
      await this.#fixFee();
      await this.evm.request('evm_setNextBlockTimestamp', [now]);
      await this.evm.request('evm_mine', []);
      this.#seconds = now;
    });
    this.#last = mine.catch(() => undefined);
    await mine;
  }

  async stop(): Promise<void> {
    this.#restore();
    await this.evm.close();
  }

  async #answer(body: string): Promise<string> {
    const call = JSON.parse(body) as Call | readonly Call[];
    if (!Array.isArray(call)) return JSON.stringify(await this.#one(call as Call));
    const replies: unknown[] = [];
    for (const one of call as readonly Call[]) replies.push(await this.#one(one));
    return JSON.stringify(replies);
  }

  /** One after the other: between the time of a block and what is done in it nothing may come in between. */
  #one(call: Call): Promise<unknown> {
    const mine = this.#last.then(() => this.#do(call));
    this.#last = mine;
    return mine;
  }

  async #do({ id, method, params = [] }: Call): Promise<unknown> {
    try {
      if (method === 'eth_sendRawTransaction') await this.#fixFee();
      if (TIMED.has(method)) await this.evm.request('evm_setNextBlockTimestamp', [this.#next()]);
      const result = await this.evm.request(method, params);
      if (method === 'eth_sendRawTransaction') this.#seconds = this.#next();
      return { jsonrpc: '2.0', id, result };
    } catch (error) {
      const { code = -32_603, message, data } = error as { code?: number; message: string; data?: unknown };
      return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
    }
  }

  /** Else the fee in a transaction would tell how many blocks there were when somebody asked for it. */
  async #fixFee(): Promise<void> {
    await this.evm.request('hardhat_setNextBlockBaseFeePerGas', [BASE_FEE]);
  }

  #next(): number {
    return Math.max(this.#seconds + 1, Math.floor(this.#nowMs() / 1_000));
  }
}
