/** A thread of `pool-node.ts`. */
import { parentPort } from 'node:worker_threads';
import { nodePlatform } from '../platform-node.ts';
import { serveJobs } from './messages.ts';

parentPort?.on('message', serveJobs(nodePlatform, (message, transfer) => parentPort?.postMessage(message, transfer)));
