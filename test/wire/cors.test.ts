import { afterEach, describe, expect, it } from 'vitest';
import { CorsSettings, PAGE_REQUEST_HEADERS, cors } from '../../offchain/wire/cors.ts';
import { NotFoundError } from '../../offchain/wire/http-errors.ts';
import { createApp, errorMiddleware, startServer } from '../../offchain/wire/http-server.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(settings: Parameters<typeof CorsSettings.parse>[0]): Promise<string> {
  const app = createApp();
  app.get('/metrics', (_request, response) => void response.json({}));
  app.use(cors(CorsSettings.parse(settings)));
  app.put('/fragments', (_request, response) => void response.json({}));
  app.get('/missing', () => {
    throw new NotFoundError('It is not there.', { code: 'GONE' });
  });
  app.use(errorMiddleware());
  const server = await startServer(app);
  closers.push(() => server.close());
  return server.url;
}

const PREFLIGHT = { method: 'OPTIONS', headers: { origin: 'https://app.example.org', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization,x-holdfast-root' } };
const headersOf = async (url: string, options: RequestInit): Promise<Record<string, string>> => Object.fromEntries((await fetch(url, options)).headers);

describe('what pages may ask of a node', () => {
  it('is everything by default, with the headers that a client sends, and errors can be read', async () => {
    const url = await serve({});
    const allowed = await headersOf(`${url}/fragments`, PREFLIGHT);
    expect(allowed).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-methods': expect.stringContaining('PUT') as string, 'access-control-max-age': '7200' });
    expect(allowed['access-control-allow-headers']?.split(', ')).toEqual([...PAGE_REQUEST_HEADERS]);
    expect(PAGE_REQUEST_HEADERS).toEqual(expect.arrayContaining(['authorization', 'content-type', 'content-range', 'x-holdfast-root', 'x-holdfast-voucher', 'x-holdfast-bundle']));
    expect(allowed).not.toHaveProperty('access-control-allow-private-network');
    expect(await headersOf(`${url}/missing`, { headers: { origin: 'https://app.example.org' } })).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-expose-headers': expect.stringContaining('x-holdfast-stored') as string });
    expect(await headersOf(`${url}/metrics`, { headers: { origin: 'https://app.example.org' } })).not.toHaveProperty('access-control-allow-origin');
    expect(await headersOf(`${url}/missing`, {})).not.toHaveProperty('access-control-allow-origin');
  });

  it('is what the owner says: some sites, the own network', async () => {
    const url = await serve({ origins: ['https://app.example.org/', 'http://localhost:8080'], privateNetwork: true, maxAgeSeconds: 5 });
    const asked = { ...PREFLIGHT, headers: { ...PREFLIGHT.headers, 'access-control-request-private-network': 'true' } };
    expect(await headersOf(`${url}/fragments`, asked)).toMatchObject({ 'access-control-allow-origin': 'https://app.example.org', 'access-control-allow-private-network': 'true', 'access-control-max-age': '5', vary: 'origin' });
    const refused = await headersOf(`${url}/fragments`, { ...asked, headers: { ...asked.headers, origin: 'https://evil.example.org' } });
    for (const header of ['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-private-network']) expect(refused).not.toHaveProperty(header);
    expect(refused).toMatchObject({ vary: 'origin' });
  });

  it('is nothing where it is switched off', async () => {
    const url = await serve({ origins: [] });
    expect(await headersOf(`${url}/fragments`, PREFLIGHT)).not.toHaveProperty('access-control-allow-origin');
  });

  it('takes no address that is none', () => {
    for (const origins of [['app.example.org'], ['ftp://app.example.org'], [''], ['null']]) expect(CorsSettings.safeParse({ origins }).success).toBe(false);
  });
});
