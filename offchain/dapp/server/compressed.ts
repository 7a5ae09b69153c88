import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';

const NAME = /^\/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(js|css|svg|json)$/;
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', json: 'application/json' };
/** The build leaves them beside each file; the first that the browser takes is sent. */
const ENCODINGS = [{ name: 'br', ending: '.br' }, { name: 'gzip', ending: '.gz' }] as const;

/** Sends the compressed twin of a file where there is one. Everything else is the next one's. */
export function compressed(folder: string): RequestHandler {
  return (request, response, next) => {
    const kind = NAME.exec(request.path)?.[1];
    if (kind === undefined || (request.method !== 'GET' && request.method !== 'HEAD') || request.headers.range !== undefined) return next();
    for (const { name, ending } of ENCODINGS) {
      if (request.acceptsEncodings(name) === false) continue;
      const path = join(folder, `${request.path}${ending}`);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isFile() !== true) continue;
      response.set({ 'content-encoding': name, 'content-type': TYPES[kind], 'content-length': String(found.size), 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
      if (request.method === 'HEAD') return void response.end();
      return void createReadStream(path).on('error', (error) => response.destroy(error)).pipe(response);
    }
    response.vary('accept-encoding');
    return next();
  };
}
