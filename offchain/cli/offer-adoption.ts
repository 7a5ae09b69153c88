import { adopt, findAdoptable } from '../client/adopt/adopt.ts';
import { contentIdOf } from '../client/adopt/content-id-of.ts';
import { NotAdoptableError } from '../client/adopt/errors.ts';
import { findKept } from '../client/adopt/find-kept.ts';
import { syncCatalog } from '../client/sync-catalog.ts';
import { HoldfastError } from '../wire/errors.ts';
import { adoptedLines, costLines } from './adopt-report.ts';
import type { ClientSession } from './client-session.ts';
import { confirm } from './confirm.ts';
import { parseCount } from './units.ts';

/** Of an offer that nobody asked for. */
const PERIODS_OFFERED = 4;

/**
 * Before a file is stored as public content: is it kept already? With `adopt` (periods) it is adopted then; on a terminal one is asked; else it is said, and stored.
 * True: adopted, there is nothing left to store.
 */
export async function offerAdoption(
  { client, output, signal }: Pick<ClientSession, 'client' | 'output' | 'signal'>,
  options: { readonly paths: readonly string[]; readonly name: string; readonly agreement: number | undefined; readonly adopt: string | false | undefined },
): Promise<boolean> {
  const { paths, name, agreement, adopt: wish } = options;
  if (wish === false) return false;
  const periods = wish === undefined ? PERIODS_OFFERED : parseCount(wish, { what: 'a number of periods', max: 520 });
  const contentId = await contentIdOf(client.platform, { paths, signal });
  if (contentId === undefined || (await isOwn({ client, signal }, contentId))) return false;
  if (wish === undefined && !process.stdin.isTTY) {
    if ((await findKept(client, { contentId, signal })).length > 0) output.say(`Heavy nodes say that ${contentId} is kept already: --adopt PERIODS would pay for that, --no-adopt does not ask. It is stored again now.`);
    return false;
  }
  try {
    const { location, cost } = await findAdoptable(client, { contentId, periods, signal });
    for (const line of costLines(cost)) output.say(line);
    if (wish === undefined) await confirm('Adopt it instead of storing it again? [y/N] ');
    const adopted = await adopt(client, { contentId, location, periods, name, agreement, maxCost: cost.due, signal });
    output.result(adopted, () => adoptedLines(adopted));
    return true;
  } catch (error) {
    if (error instanceof NotAdoptableError || (error instanceof HoldfastError && error.code === 'DECLINED')) {
      if (error instanceof NotAdoptableError && wish !== undefined) output.say(`${error.shortMessage} It is stored.`);
      return false;
    }
    throw error;
  }
}

/** Stored by this creator: `put` itself says so, or stores what is missing. */
async function isOwn({ client, signal }: Pick<ClientSession, 'client' | 'signal'>, contentId: string): Promise<boolean> {
  const { names } = await syncCatalog(client, { signal });
  return [...names.values()].flat().some((version) => version.kind === 'stored' && version.foreign === undefined && version.manifest.contentId === contentId);
}
