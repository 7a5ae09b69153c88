/** What the verbs of this folder share. */
import type { Client } from '../../client/client.ts';
import type { Gate } from '../../client/gate.ts';
import type { Logger } from '../../store/log.ts';
import type { Store } from '../../store/open.ts';
import type { Bodies } from './bodies.ts';
import type { Commits } from './commits.ts';
import type { Journal, MovedBody } from './journal.ts';
import type { Room } from './room.ts';
import type { ObjectsSettings } from './settings.ts';
import type { Spool } from './spool.ts';
import type { Writers } from './writers.ts';

export interface Clock {
  nowMs(): number;
}

export interface Objects {
  readonly client: Client;
  readonly store: Store;
  readonly settings: ObjectsSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly spool: Spool;
  readonly room: Room;
  readonly writers: Writers;
  readonly bodies: Bodies;
  readonly journal: Journal;
  readonly commits: Commits;
  /** One at a time: bodies whose room is measured. */
  readonly tight: Gate;
  /** Commits what is pending to the network. */
  flush(more?: { readonly isWhole?: boolean; readonly moved?: readonly MovedBody[] }): Promise<void>;
}
