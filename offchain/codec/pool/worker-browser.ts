/** A module worker of `pool-browser.ts`. */
import { browserPlatform } from '../platform-browser.ts';
import { type JobMessage, serveJobs } from './messages.ts';

/** The part of a worker's global scope that is used here; the page's own types are loaded, not the worker's. */
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<JobMessage>) => void): void;
};

const serve = serveJobs(browserPlatform(), (message, transfer) => scope.postMessage(message, transfer));
scope.addEventListener('message', (event) => void serve(event.data));
