import type { NodeClient as Client } from '../client/client.ts';
import { changeState } from './state.ts';

/** Durable; a service that runs on this home folder notices at its next look. */
export async function setReciprocalLeaving(client: Client, leaves: boolean): Promise<void> {
  await changeState(client.store, () => ({ isLeaving: leaves }));
}
