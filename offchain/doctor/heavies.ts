/** Whether heavy nodes answer, and what their clocks say. */
import { reasonOf } from '../health/fact.ts';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const ANSWER_MS = 5_000;
const ASKED_MAX = 8;
const SKEW_SECONDS = 60;

/** `urls`: found only now, so that a chain that is away is one finding and not all of them. */
export function heaviesCheck(urls: () => Promise<readonly string[]>, options: { readonly nowMs?: () => number } = {}): Check {
  const { nowMs = Date.now } = options;
  return {
    name: 'heavies',
    async run() {
      const all = await urls();
      if (all.length === 0) return fail('heavies', 'No heavy node is registered or named.', 'Name one in network.heavies of config.json, or check the deployment file.');
      const asked = await Promise.all(all.slice(0, ASKED_MAX).map(ask));
      const there = asked.flatMap((one) => ('skewMs' in one ? [one] : []));
      const away = asked.flatMap((one) => ('reason' in one ? [one] : []));
      const facts = { answered: there.map(({ url }) => url), away: away.map(({ url, reason }) => `${url}: ${reason}`) };
      const findings: Finding[] = [];
      if (there.length === 0) findings.push(fail('heavies', `None of ${asked.length} heavy nodes answers (${away[0]?.reason}).`, 'Check the network of this machine first: name resolution, firewall, proxy.', { facts }));
      else if (away.length > 0) findings.push(warn('heavies', `${away.length} of ${asked.length} heavy nodes do not answer.`, 'The others are asked; nothing has to be done as long as one answers.', { facts }));
      else findings.push(ok('heavies', `${there.length} heavy nodes answer.`, { facts }));
      const skews = there.flatMap(({ skewMs }) => (skewMs === undefined ? [] : [skewMs])).sort((a, b) => a - b);
      const median = skews[Math.floor(skews.length / 2)];
      if (median !== undefined && Math.abs(median) / 1000 > SKEW_SECONDS) findings.push(fail('clock', `The clock of this machine is ${Math.round(Math.abs(median) / 1000)} s ${median > 0 ? 'ahead of' : 'behind'} that of the heavy nodes.`, 'Set the clock (ntp, chrony, systemd-timesyncd).', { facts: { skewMs: median } }));
      return findings;
    },
  };

  /** Asked through what is under global fetch: the Date header is all that counts, whatever the status. */
  async function ask(url: string): Promise<{ readonly url: string; readonly skewMs: number | undefined } | { readonly url: string; readonly reason: string }> {
    try {
      const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) });
      await response.body?.cancel();
      const date = Date.parse(response.headers.get('date') ?? '');
      return { url, skewMs: Number.isNaN(date) ? undefined : nowMs() - date };
    } catch (error) {
      return { url, reason: reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error) };
    }
  }
}
