import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import type { ErrorRequestHandler, Express, Response } from 'express';
import { HoldfastError } from '../../wire/errors.ts';
import { pageHeaders } from './headers.ts';
import { compressed } from './compressed.ts';
import { formatSettings } from './settings.ts';
import type { DappSettings } from './settings.ts';

/** Where build-dapp.ts puts the pages: dist/dapp/site, seen from the sources and from what is made of them alike. */
export const SITE = join(import.meta.dirname, '..', '..', '..', 'dist', 'dapp', 'site');

export function isSiteBuilt(site = SITE): boolean {
  return existsSync(join(site, 'index.html'));
}

/** Throws PAGES_NOT_BUILT. */
export function createDappApp(options: { readonly settings: DappSettings; readonly site?: string }): Express {
  const { settings, site = SITE } = options;
  if (!isSiteBuilt(site)) {
    throw new HoldfastError('PAGES_NOT_BUILT', 'The web pages have not been built.', { nextStep: 'Run "node scripts/build-dapp.ts", which takes some seconds, and start this again.' });
  }
  const told = formatSettings(settings);
  const app = express();
  app.disable('x-powered-by');
  app.use(pageHeaders);
  app.get('/holdfast.json', (_request, response) => void response.set('cache-control', 'no-store').type('json').send(told));
  app.get('/healthz', (_request, response) => void response.set('cache-control', 'no-store').type('text').send('ok\n'));
  app.use('/assets', compressed(join(site, 'assets')));
  // Names of what is in assets/ contain a digest of the bytes, so they never change.
  app.use('/assets', express.static(join(site, 'assets'), { index: false, immutable: true, maxAge: '1y', fallthrough: false }));
  app.use(express.static(site, { index: false, maxAge: '1h', setHeaders: (response, path) => void (path.endsWith('.html') && response.setHeader('cache-control', 'no-store')) }));
  app.use((request, response) => {
    // Addresses of pages are paths without a dot; a missing file must not come back as a page.
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !/\.[a-z0-9]{1,8}$/i.test(request.path);
    if (isPage) response.set('cache-control', 'no-store').sendFile('index.html', { root: site, cacheControl: false, etag: false, lastModified: false });
    else nothing(response, request.method === 'GET' || request.method === 'HEAD' ? 404 : 405);
  });
  // Express would tell the stack, and with it where on this machine the pages lie.
  const onError: ErrorRequestHandler = (error: { readonly status?: unknown }, _request, response, _next) => {
    if (response.headersSent) response.destroy();
    else nothing(response, typeof error.status === 'number' && error.status >= 400 && error.status < 500 ? error.status : 500);
  };
  app.use(onError);
  return app;
}

function nothing(response: Response, status: number): void {
  response.status(status).set('cache-control', 'no-store').type('text').send(status === 500 ? 'This server failed to answer.\n' : 'There is nothing here.\n');
}
