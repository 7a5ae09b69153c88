import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ListedObject } from '../../../../client/list.ts';
import type { ObjectHealth } from '../../../../client/object-health.ts';
import { useClient } from '../../state/client.tsx';
import { useSettings } from '../../state/settings.tsx';

/** A devnet's epochs last seconds. */
const DEV_POLL_MS = 4_000;
const POLL_MS = 30_000;

/** Names and versions, from the catalog. */
export function useStored() {
  const { client } = useClient();
  const { isDevnet } = useSettings();
  return useQuery<ListedObject[]>({
    queryKey: ['stored', client?.creator ?? null],
    queryFn: async ({ signal }) => (await import('../../../../client/list.ts')).list(client!, { signal }),
    enabled: client !== undefined,
    refetchInterval: isDevnet ? DEV_POLL_MS : POLL_MS,
    placeholderData: keepPreviousData,
  });
}

export interface StoredHealth {
  readonly byName: ReadonlyMap<string, ObjectHealth>;
  readonly isOld: string | undefined;
}

/** Who holds each object, slot by slot. */
export function useStoredHealth() {
  const { client } = useClient();
  const { isDevnet } = useSettings();
  return useQuery<StoredHealth>({
    queryKey: ['stored-health', client?.creator ?? null],
    queryFn: async ({ signal }) => {
      const [{ status }, { objectHealth }] = await Promise.all([import('../../../../client/status.ts'), import('../../../../client/object-health.ts')]);
      const { agreements } = await status(client!, { signal });
      const { objects, isOld } = await objectHealth(client!, { agreements, signal });
      return { byName: new Map(objects.map((one) => [one.name, one])), isOld };
    },
    enabled: client !== undefined,
    refetchInterval: isDevnet ? DEV_POLL_MS : POLL_MS,
    placeholderData: keepPreviousData,
  });
}
