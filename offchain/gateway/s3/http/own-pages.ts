import type { ServerResponse } from 'node:http';
import type { ObjectStore, Usage } from '../../objects/object-store.ts';
import { toJson } from '../../../wire/json.ts';
import type { Target } from '../request/target.ts';
import { setHeaders } from './send.ts';
import type { S3Metrics } from './metrics.ts';

/** No bucket can have this name. */
const OWN = '-';

/** `/-/healthz`, `/-/readyz`, `/-/status`, `/-/metrics`: for whoever runs the gateway, unsigned. False when the request means none of these. */
export async function serveOwnPage({ bucket, key: page }: Target, response: ServerResponse, objects: ObjectStore, metrics: S3Metrics): Promise<boolean> {
  if (bucket !== OWN) return false;
  if (page === 'healthz') answer(response, 200, toJson({ ok: true }));
  else if (page === 'readyz' || page === 'status') await ready(response, objects, page === 'status');
  else if (page === 'metrics') answer(response, 200, metrics.text(await usageOf(objects)), 'text/plain; version=0.0.4');
  else return false;
  return true;
}

/** Ready: it can take new objects. `/-/status` says the same, always with status 200. */
async function ready(response: ServerResponse, objects: ObjectStore, isAlwaysOk: boolean): Promise<void> {
  const usage = await usageOf(objects);
  const causes = usage === undefined ? ['The database does not answer.'] : causesOf(usage);
  answer(response, causes.length === 0 || isAlwaysOk ? 200 : 503, toJson({ ok: causes.length === 0, durability: objects.durability, causes, usage }));
}

function causesOf({ spooledBytes, spoolLimitBytes, failure }: Usage): string[] {
  const isFull = spoolLimitBytes > 0 && spooledBytes >= spoolLimitBytes;
  return [...(isFull ? ['The spool is full.'] : []), ...(failure === undefined ? [] : [`The last commit to the network failed: ${failure}`])];
}

async function usageOf(objects: ObjectStore): Promise<Usage | undefined> {
  return objects.usage().catch(() => undefined);
}

function answer(response: ServerResponse, status: number, text: string, type = 'application/json'): void {
  setHeaders(response, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...(status === 503 ? { 'retry-after': '5' } : {}) });
  response.statusCode = status;
  response.end(text);
}
