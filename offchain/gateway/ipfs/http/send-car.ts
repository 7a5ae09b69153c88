import { createHash } from 'node:crypto';
import type { IpfsGateway } from '../gateway.ts';
import { carBytes } from '../dag/car.ts';
import { entityOf } from '../dag/entity.ts';
import { resolvePath } from '../dag/resolve-path.ts';
import { walkBlocks } from '../dag/walk.ts';
import { isIdentity } from '../../../client/cid/verify-block.ts';
import { isRaw } from '../../../client/cid/unixfs-node.ts';
import { describeScope, scopeOf, wantedScope } from './car-scope.ts';
import type { Exchange } from './exchange.ts';
import { writeHeaders } from './headers.ts';
import { sendStream } from './send-stream.ts';

/** The blocks that prove the way to what the path leads to, and those of it that were asked for, depth first. */
export async function sendCar({ blocks, deny, settings }: IpfsGateway, exchange: Exchange, { dups }: { readonly dups: boolean }): Promise<void> {
  const { request, response, path, query, root, segments, signal } = exchange;
  const wanted = wantedScope(query);
  const { cid, way, roots } = await resolvePath(blocks, { root, segments, deny, signal });
  // A node in its own CID that is no file has nothing below that could be here.
  const scope = isIdentity(cid) && !isRaw(cid) ? 'block' : scopeOf(wanted, await entityOf(blocks, cid, signal));
  const etag = `"${cid}.car.${createHash('sha256').update(JSON.stringify([path, describeScope(wanted), dups])).digest('hex').slice(0, 16)}"`;
  const type = `application/vnd.ipld.car; version=1; order=dfs; dups=${dups ? 'y' : 'n'}`;
  if (writeHeaders(exchange, { type, etag, fileName: `${cid}.car`, disposition: 'attachment', format: 'car', roots })) return;
  if (request.method === 'HEAD') return void response.writeHead(200).end();
  // One piece ahead: a root that cannot be read is told by the status, not by a CAR that ends early.
  if (scope === 'block' || isRaw(cid)) await blocks.get(cid, signal);
  await sendStream(response, 200, carBytes(cid, walkBlocks(blocks, { way, cid, scope }, { dups, signal })), { stallMs: 1_000 * settings.stallSeconds, signal });
}
