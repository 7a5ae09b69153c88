/**
 * A service worker that turns bytes of a page into an ordinary download, for browsers without a file picker. A page cannot stream to the disk by itself: it offers
 * the bytes here, opens an address below this worker's scope, and the browser saves what the worker answers. It touches no other request.
 */
import { DOWNLOAD_PATH, type Offer, type Piece, type Ping, type Wish } from './download-messages.ts';

/** The part of a service worker's global scope that is used here; the page's own types are loaded, not the worker's. */
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Offer | Ping>) => void): void;
  addEventListener(type: 'fetch', listener: (event: { readonly request: Request; respondWith(response: Response): void }) => void): void;
}

const scope = globalThis as unknown as Scope;
const offers = new Map<string, { readonly offer: Offer; readonly port: MessagePort }>();
/** Offers that nobody came for are forgotten, the oldest first. */
const OFFERS_MAX = 32;

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener('message', ({ data, ports: [port] }) => {
  if (data.kind !== 'offer' || port === undefined) return;
  const [oldest] = offers.keys();
  if (offers.size >= OFFERS_MAX && oldest !== undefined) offers.delete(oldest);
  offers.set(data.id, { offer: data, port });
  say(port, 'ready');
});

scope.addEventListener('fetch', (event) => {
  const prefix = scope.registration.scope + DOWNLOAD_PATH;
  if (!event.request.url.startsWith(prefix)) return;
  const id = event.request.url.slice(prefix.length);
  const found = offers.get(id);
  offers.delete(id);
  event.respondWith(found === undefined ? new Response('This download is over. Start it again on its page.', { status: 404 }) : answer(found.offer, found.port));
});

function answer({ fileName, sizeBytes }: Offer, port: MessagePort): Response {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => new Promise<void>((resolve) => {
      port.onmessage = ({ data }: MessageEvent<Piece>) => {
        if (data.kind === 'bytes') controller.enqueue(data.bytes);
        else if (data.kind === 'end') controller.close();
        // Fewer bytes than announced: the browser says that the download failed, and keeps no file.
        else controller.error(new Error('the page could not fetch the rest'));
        resolve();
      };
      say(port, 'pull');
    }),
    cancel: () => say(port, 'gone'),
  }, { highWaterMark: 1 });
  return new Response(body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(sizeBytes),
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}`,
      'content-security-policy': "default-src 'none'",
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  });
}

function say(port: MessagePort, wish: Wish): void {
  port.postMessage(wish);
}
