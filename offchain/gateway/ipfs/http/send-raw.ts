import type { IpfsGateway } from '../gateway.ts';
import { resolvePath } from '../dag/resolve-path.ts';
import type { Exchange } from './exchange.ts';
import { writeHeaders } from './headers.ts';
import { sendStream } from './send-stream.ts';

/** One block, as it is. */
export async function sendRaw({ blocks, deny, settings }: IpfsGateway, exchange: Exchange): Promise<void> {
  const { request, response, root, segments, signal } = exchange;
  const { cid, roots } = await resolvePath(blocks, { root, segments, deny, signal });
  const sizeBytes = await blocks.sizeOf(cid);
  if (writeHeaders(exchange, { type: 'application/vnd.ipld.raw', etag: `"${cid}.raw"`, fileName: `${cid}.bin`, disposition: 'attachment', format: 'raw', roots })) return;
  response.setHeader('Content-Length', sizeBytes);
  if (request.method === 'HEAD') return void response.writeHead(200).end();
  const bytes = async function* () {
    yield await blocks.get(cid, signal);
  };
  await sendStream(response, 200, bytes(), { stallMs: 1_000 * settings.stallSeconds, signal });
}
