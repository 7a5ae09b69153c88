/** GET /healthz, /readyz and, for nodes without metrics of their own, /metrics. */
import type { Express } from 'express';
import { RETRY_AFTER_SECONDS } from '../wire/limits.ts';
import type { NodeHealth } from './health.ts';
import { healthMetrics } from './metrics.ts';

export function addHealthRoutes(app: Express, health: NodeHealth, options: { readonly metrics?: () => Promise<string> } = {}): void {
  const { metrics = async () => '' } = options;
  // Whoever restarts what is not alive must not restart a node for an RPC that is away: this one asks nobody.
  app.get('/healthz', (_request, response) => void response.json({ ...health.known(), ok: true }));
  app.get('/readyz', async (_request, response) => {
    const found = await health.look();
    if (!found.ok) response.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
    response.status(found.ok ? 200 : 503).json(found);
  });
  app.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(`${await metrics()}${healthMetrics(health)}`);
  });
}
