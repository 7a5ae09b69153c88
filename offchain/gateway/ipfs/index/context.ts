import type { Client } from '../../../client/client.ts';
import type { Logger } from '../../../store/log.ts';
import type { Store } from '../../../store/open.ts';
import type { IpfsSettings } from '../settings.ts';

export interface IndexContext {
  /** The owner's. */
  readonly client: Client;
  /** The index; not the client's own database. */
  readonly store: Store;
  readonly settings: IpfsSettings;
  readonly log: Logger;
}
