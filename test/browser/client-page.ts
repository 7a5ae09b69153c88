/** What the test's page can do: the client as any page would use it. Bundled and driven by `client.test.ts` and scripts/bench/browser.ts. */
import { mnemonicToAccount } from 'viem/accounts';
import { DEV_MNEMONIC } from '../../offchain/chain/dev-accounts.ts';
import { type Client, type Policy, createBrowserClient, createChain, download, filesSource, folderSink, getInto, list, parseDeployment, put, readStored, remove, status, toErrorBody } from '../../offchain/sdk/browser.ts';
import { noise } from './page.ts';

export interface Order {
  readonly rpcUrl: string;
  readonly deployment: string;
  readonly account: number;
  readonly heavies: readonly string[] | undefined;
  readonly policy?: Partial<Policy>;
  readonly threads?: number;
}

export interface Stored {
  readonly contentId: string;
  readonly bundle: number | null;
  readonly unchanged: boolean;
  readonly batches: number;
  readonly receipts: number;
  readonly plainBytes: number;
  readonly problems: number;
  readonly stages: readonly string[];
  readonly timeMs: number;
}

let client: Client | undefined;
let ending = new AbortController();
/** Of the put that runs, or ran last. */
let sentBytes = 0;
let isHeld = false;
const held = Promise.withResolvers<void>();

function ours(): Client {
  if (client === undefined) throw new Error('no client is open');
  return client;
}

async function storing(source: ReturnType<typeof filesSource>, name: string): Promise<Stored> {
  const stages = new Set<string>();
  const startedMs = performance.now();
  sentBytes = 0;
  const { contentId, bundle, batches, unchanged, receipts, stats, problems } = await put(ours(), { source, name, signal: ending.signal, onProgress: ({ stage, doneBytes }) => {
    stages.add(stage);
    if (stage === 'send') sentBytes = doneBytes;
  } });
  return { contentId, bundle, batches, unchanged, receipts: receipts.length, plainBytes: stats.plainBytes, problems: problems.length, stages: [...stages], timeMs: performance.now() - startedMs };
}

/** Errors as plain values, which cross from the page to the test. */
async function told<T>(act: () => Promise<T>): Promise<T | { readonly code: string; readonly message: string }> {
  try {
    return await act();
  } catch (error) {
    return toErrorBody(error);
  }
}

const api = {
  isIsolated: globalThis.crossOriginIsolated,
  async open({ rpcUrl, deployment, account, heavies, policy, threads }: Order): Promise<string> {
    const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: mnemonicToAccount(DEV_MNEMONIC, { addressIndex: account }) });
    client = await createBrowserClient({ chain, heavies, policy, threads });
    return client.home;
  },
  close: () => ours().close(),
  /** Noise: of `sizeBytes` in files of at most `fileBytes`. */
  put: (name: string, sizeBytes: number, fileBytes = sizeBytes, lastModified = 1_700_000_000_000) => told(() => {
    const bytes = noise(sizeBytes, name);
    const files = Array.from({ length: Math.ceil(sizeBytes / fileBytes) }, (_, i) => ({ path: `folder ${i % 3}/file ${i}`, file: new File([new Uint8Array(bytes.subarray(i * fileBytes, (i + 1) * fileBytes))], `${i}`, { lastModified }) }));
    return storing(filesSource(files), name);
  }),
  /** What the input of the page holds. */
  putChosen: (name: string) => told(() => storing(filesSource(document.querySelector('input')!.files!), name)),
  sentBytes: () => sentBytes,
  /** A put whose only file does not end before `release`. */
  putHeld: (name: string, sizeBytes: number) => told(() => {
    async function* open(): AsyncGenerator<Uint8Array, void> {
      yield noise(sizeBytes, name);
      isHeld = true;
      await held.promise;
    }
    return storing({ async *open() {
      yield { path: 'held', kind: 'file' as const, mode: 0o644, mtimeMs: 0, size: sizeBytes, open };
    } }, name);
  }),
  isHeld: () => isHeld,
  release: () => held.resolve(),
  cancel() {
    ending.abort();
    ending = new AbortController();
  },
  get: (name: string) => told(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('got', { recursive: true }).catch(() => undefined);
    const got = await getInto(ours(), { name, sink: folderSink(await root.getDirectoryHandle('got', { create: true })) });
    return { restored: got.restored, bytes: got.bytes, failed: got.failed.map(({ path, error }) => `${path}: ${String(error)}`) };
  }),
  /** SHA-256 of a file that `get` wrote. */
  async digest(path: string): Promise<string> {
    let folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('got');
    const segments = path.split('/');
    for (const name of segments.slice(0, -1)) folder = await folder.getDirectoryHandle(name);
    const bytes = await (await (await folder.getFileHandle(segments.at(-1)!)).getFile()).arrayBuffer();
    return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  range: (name: string, path: string, start: number, end: number) => told(async () => {
    const parts: number[] = [];
    for await (const part of (await readStored(ours(), { name, path, range: { start, end } })).bytes()) parts.push(...part);
    return parts;
  }),
  /** Through the worker at `script`, or through memory. */
  download: (name: string, path: string, script?: string) => told(async () => {
    let worker: ServiceWorkerRegistration | undefined;
    if (script !== undefined) {
      worker = await navigator.serviceWorker.register(script, { type: 'module' });
      while (worker.active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return download(ours(), { name, path, worker });
  }),
  list: async () => (await list(ours())).map(({ name, versions }) => ({ name, versions: versions.length })),
  remove: (name: string) => told(() => remove(ours(), { name }).then(() => 'removed')),
  agreements: async () => (await status(ours())).agreements.length,
};
export type ClientPage = typeof api;

Object.assign(globalThis, { holdfast: api });

/** In a browser that nobody watches (`Site.unwatched`): one put of random bytes, and how it went. */
export interface PutOrder {
  readonly open: Order;
  readonly name: string;
  readonly sizeBytes: number;
}

async function follow({ open, name, sizeBytes }: PutOrder): Promise<unknown> {
  await api.open(open);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < sizeBytes; at += RANDOM_BYTES) parts.push(crypto.getRandomValues(new Uint8Array(Math.min(RANDOM_BYTES, sizeBytes - at))));
  return storing(filesSource([new File(parts, name, { lastModified: 1_700_000_000_000 })]), name);
}
/** More is not given at once. */
const RANDOM_BYTES = 65_536;

const order = new URLSearchParams(location.search).get('order');
if (order !== null) void told(() => follow(JSON.parse(order) as PutOrder)).then((answer) => fetch('/told', { method: 'POST', body: JSON.stringify(answer) }));
