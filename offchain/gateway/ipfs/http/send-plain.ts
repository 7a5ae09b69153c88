/** Files as they are, for who trusts this gateway: the owner on his own machine. */
import type { CID } from 'multiformats/cid';
import type { IpfsGateway } from '../gateway.ts';
import { entityOf } from '../dag/entity.ts';
import { fileBytes } from '../dag/file-bytes.ts';
import { listFolder } from '../dag/list-folder.ts';
import { resolvePath } from '../dag/resolve-path.ts';
import { GatewayError } from '../errors.ts';
import { byteRange } from './byte-range.ts';
import { contentTypeOf } from './content-type.ts';
import type { Exchange } from './exchange.ts';
import { encodePath, writeHeaders } from './headers.ts';
import { LISTED_MAX, listingPage } from './listing.ts';
import { sendStream } from './send-stream.ts';

const INDEX = 'index.html';

export async function sendPlain(gateway: IpfsGateway, exchange: Exchange): Promise<void> {
  const { blocks, deny } = gateway;
  const { request, response, path, root, segments, endsInSlash, signal } = exchange;
  const { cid, roots } = await resolvePath(blocks, { root, segments, deny, signal });
  const entity = await entityOf(blocks, cid, signal);
  if (entity.kind === 'file') return sendFile(gateway, exchange, { cid, sizeBytes: entity.sizeBytes, name: segments.at(-1) ?? String(cid), roots });
  if (entity.kind === 'symlink') throw new GatewayError(501, 'LINK', `${path} is a link, and links are not followed here.`);
  if (!endsInSlash) {
    // Relative addresses in a folder's pages count from the folder.
    response.setHeader('Location', `${encodePath(path)}/`);
    return void response.writeHead(301, { 'Content-Length': 0 }).end();
  }
  const names = await listFolder(blocks, entity, LISTED_MAX, signal);
  const index = names.get(INDEX);
  if (index !== undefined) {
    deny(index);
    const page = await entityOf(blocks, index, signal);
    if (page.kind === 'file') return sendFile(gateway, exchange, { cid: index, sizeBytes: page.sizeBytes, name: INDEX, roots: [...roots, index] });
  }
  if (writeHeaders(exchange, { type: 'text/html; charset=utf-8', etag: `"DirIndex-1.${cid}"`, fileName: `${cid}.html`, disposition: 'inline', roots, isImmutable: false })) return;
  const page = Buffer.from(listingPage(path, [...names.keys()]));
  response.writeHead(200, { 'Content-Length': page.length }).end(request.method === 'HEAD' ? undefined : page);
}

interface PlainFile {
  readonly cid: CID;
  readonly sizeBytes: number;
  readonly name: string;
  readonly roots: readonly CID[];
}

async function sendFile({ blocks, settings }: IpfsGateway, exchange: Exchange, { cid, sizeBytes, name, roots }: PlainFile): Promise<void> {
  const { request, response, query, signal } = exchange;
  const etag = `"${cid}"`;
  if (writeHeaders(exchange, { type: contentTypeOf(query.get('filename') ?? name), etag, fileName: name, disposition: 'inline', roots })) return;
  response.setHeader('Accept-Ranges', 'bytes');
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  let range: ReturnType<typeof byteRange>;
  try {
    range = isSame ? byteRange(request.headers.range, sizeBytes) : undefined;
  } catch (error) {
    response.setHeader('Content-Range', `bytes */${sizeBytes}`);
    throw error;
  }
  const { from, to } = range ?? { from: 0, to: sizeBytes };
  if (range !== undefined) response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${sizeBytes}`);
  response.setHeader('Content-Length', to - from);
  const status = range === undefined ? 200 : 206;
  if (request.method === 'HEAD') return void response.writeHead(status).end();
  await sendStream(response, status, fileBytes(blocks, cid, { from, to }, signal), { stallMs: 1_000 * settings.stallSeconds, signal });
}
