/** Headers of answers that never change, because their address names their content. */
import type { CID } from 'multiformats/cid';
import { isByHeader } from './negotiate.ts';
import type { Exchange } from './exchange.ts';

const YEAR_SECONDS = 31_536_000;

export interface AnswerHeaders {
  readonly type: string;
  readonly etag: string;
  /** What a browser calls it when it saves it. */
  readonly fileName: string;
  readonly disposition: 'attachment' | 'inline';
  /** The value of `format` that gives the same answer without any header. */
  readonly format?: string;
  readonly roots: readonly CID[];
  /** False for what is made up around content, such as lists. */
  readonly isImmutable?: boolean;
}

/** True when the client has it already: then 304 has been sent. */
export function writeHeaders({ request, response, path, query }: Exchange, headers: AnswerHeaders): boolean {
  const { type, etag, disposition, format, roots, isImmutable = true } = headers;
  const fileName = query.get('filename') ?? headers.fileName;
  response.setHeader('Etag', etag);
  response.setHeader('Cache-Control', isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'public, max-age=60');
  response.setHeader('Vary', 'Accept');
  response.setHeader('X-Ipfs-Path', encodeURI(path).replaceAll(/[^\x20-\x7e]/g, ''));
  response.setHeader('X-Ipfs-Roots', roots.join(','));
  if (format !== undefined && isByHeader(query)) {
    const same = new URLSearchParams(query);
    same.set('format', format);
    response.setHeader('Content-Location', `${encodePath(path)}?${same}`);
  }
  if (isKnown(request.headers['if-none-match'], etag)) {
    response.writeHead(304).end();
    return true;
  }
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Disposition', `${query.get('download') === 'true' ? 'attachment' : disposition}; ${named(fileName)}`);
  return false;
}

/** Compared weakly, as RFC 9110 has it for If-None-Match. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => bare(tag) === bare(etag));
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** In ASCII for old clients, and as it is (RFC 8187). */
function named(fileName: string): string {
  const ascii = fileName.replaceAll(/[^\x20-\x7e]|["\\/]/g, '_').slice(0, 200);
  const exact = encodeURIComponent(fileName.toWellFormed()).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `filename="${ascii}"; filename*=UTF-8''${exact.slice(0, 1_000)}`;
}
