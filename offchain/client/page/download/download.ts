/** Saving what is stored as the browser saves any download: for browsers that let no page choose where. */
import { HoldfastError } from '../../../wire/errors.ts';
import { AbortedError } from '../../../wire/transport-errors.ts';
import { abortable } from '../../aborting.ts';
import type { Client } from '../../client.ts';
import { type ReadStoredOptions, readStored } from '../../read-stored.ts';
import { DOWNLOAD_PATH, type Offer, type Piece, type Ping, type Wish } from './download-messages.ts';

export interface DownloadOptions extends ReadStoredOptions {
  /** What the file is to be called; the last part of `path`, or of `name`, when left out. */
  readonly fileName?: string | undefined;
  /** Of `download-worker.ts`, active. Without one the file is first held in memory, up to 256 MiB. */
  readonly worker?: ServiceWorkerRegistration | undefined;
}

export interface Downloaded {
  readonly fileName: string;
  readonly sizeBytes: number;
}

const MEMORY_BYTES_MAX = 256 * 2 ** 20;
const PING_MS = 10_000;
/** The worker answers at once, unless the browser has just begun to start it. */
const READY_MS = 10_000;

/**
 * One file, or everything that is selected as one tar (`asTar`). Returns when the browser has all bytes.
 * @throws HoldfastError TOO_LARGE_FOR_MEMORY, DOWNLOAD_REFUSED; what `readStored` throws; AbortedError
 */
export function download(client: Client, options: DownloadOptions): Promise<Downloaded> {
  const { name, path, signal, worker, asTar = false } = options;
  return abortable(`Downloading ${JSON.stringify(name)}`, signal, async () => {
    const stored = await readStored(client, options);
    const last = (path ?? stored.name).split('/').findLast((part) => part !== '') ?? 'download';
    const file = { fileName: options.fileName ?? (asTar && !last.endsWith('.tar') ? `${last}.tar` : last), sizeBytes: stored.sizeBytes };
    const active = worker?.active;
    if (worker === undefined || active === null || active === undefined) await throughMemory(file, stored.bytes());
    else await throughWorker({ active, scope: worker.scope }, file, stored.bytes(), signal);
    return file;
  });
}

async function throughMemory({ fileName, sizeBytes }: Downloaded, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  if (sizeBytes > MEMORY_BYTES_MAX) {
    throw new HoldfastError('TOO_LARGE_FOR_MEMORY', `${JSON.stringify(fileName)} has ${sizeBytes} bytes: too many to hold in memory, and this browser cannot write them to the disk as they come.`, {
      details: { fileName, sizeBytes }, nextStep: 'Use a browser with a file picker, leave private browsing, or fetch it with the command line: holdfast get.',
    });
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of bytes) parts.push(new Uint8Array(part));
  // Of another type the browser would add an ending to the name.
  const url = URL.createObjectURL(new Blob(parts, { type: 'application/octet-stream' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: fileName });
  link.click();
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function throughWorker({ active, scope }: { readonly active: ServiceWorker; readonly scope: string }, file: Downloaded, bytes: AsyncGenerator<Uint8Array, void>, signal: AbortSignal | undefined): Promise<void> {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const id = crypto.randomUUID();
  const frame = Object.assign(document.createElement('iframe'), { hidden: true });
  const ping = setInterval(() => active.postMessage({ kind: 'ping' } satisfies Ping), PING_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(refused('the download worker does not answer')), READY_MS);
      const give = async (): Promise<void> => {
        const step = await bytes.next();
        if (step.done === true) {
          ours.postMessage({ kind: 'end' } satisfies Piece);
          return resolve();
        }
        const copy = new Uint8Array(step.value);
        ours.postMessage({ kind: 'bytes', bytes: copy } satisfies Piece, [copy.buffer]);
      };
      const fail = (error: unknown): void => {
        ours.postMessage({ kind: 'failed' } satisfies Piece);
        reject(error as Error);
      };
      signal?.addEventListener('abort', () => fail(new AbortedError('The download', signal.reason)), { once: true });
      ours.onmessage = ({ data }: MessageEvent<Wish>) => {
        clearTimeout(late);
        if (data === 'ready') {
          frame.src = `${scope}${DOWNLOAD_PATH}${id}`;
          document.body.append(frame);
        } else if (data === 'gone') reject(refused('somebody stopped it in the browser'));
        else give().catch(fail);
      };
      active.postMessage({ kind: 'offer', id, ...file } satisfies Offer, [theirs]);
    });
  } finally {
    clearInterval(ping);
    await bytes.return();
    // The frame is what the download hangs on until the browser has taken its last bytes.
    setTimeout(() => frame.remove(), PING_MS);
  }
}

function refused(why: string): HoldfastError {
  return new HoldfastError('DOWNLOAD_REFUSED', `The download ended: ${why}.`, { retryable: true, nextStep: 'Start it again, or reload the page first.' });
}
