/** Opens the object store of one creator on this machine: the one place where its parts are put together. */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Client } from '../../client/client.ts';
import { Gate } from '../../client/gate.ts';
import { pickAgreement } from '../../client/pick-agreement.ts';
import type { FileLayer } from '../../store/files.ts';
import type { Logger } from '../../store/log.ts';
import { startLoop } from '../../store/loop.ts';
import { nodeFiles } from '../../store/node-files.ts';
import { openNodeStore } from '../../store/open-node-store.ts';
import { Bodies } from './bodies.ts';
import { createBucket, deleteBucket, listBuckets, patchBucket } from './buckets.ts';
import { Commits } from './commits.ts';
import { compact } from './compact.ts';
import { completeUpload } from './complete-upload.ts';
import type { Clock, Objects } from './context.ts';
import { copyPart } from './copy-part.ts';
import { Flusher } from './flusher.ts';
import { getObject, headObject } from './get-object.ts';
import { lockHome } from './home-lock.ts';
import { type Alone, Journal } from './journal.ts';
import { stateOf } from './journal-state.ts';
import { applyLifecycle } from './lifecycle.ts';
import { listObjects, listVersions } from './list-objects.ts';
import type { ObjectStore } from './object-store.ts';
import { Packs } from './packs.ts';
import { copyObject, deleteObject, putObject, putTags } from './put-object.ts';
import { type RentedSpace, Room } from './room.ts';
import { ObjectsSettings, type ObjectsSettingsInput } from './settings.ts';
import { Spool } from './spool.ts';
import { sweepSpool } from './sweep-spool.ts';
import { abortUpload, createUpload, getUpload, listParts, listUploads, putPart } from './uploads.ts';
import { usageOf } from './usage.ts';
import { bucketOf } from './versions.ts';
import { Writers } from './writers.ts';

export interface OpenObjectsOptions {
  /** The store uses it for everything in the network; the caller closes it after the store. */
  readonly client: Client;
  readonly settings?: ObjectsSettingsInput | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
  readonly files?: FileLayer | undefined;
}

/** What tests and a gateway's own loops may ask for besides. */
export interface OpenedObjects extends ObjectStore {
  /** Applies lifecycle rules now. @returns how much was given up */
  expire(): Promise<number>;
  /** Looks now whether packs are worth compacting. @returns whether anything was done */
  compact(): Promise<boolean>;
}

/**
 * Follows what is in the network first: on an empty machine that is everything.
 * @throws StoreBusyError, StoreTakenError, BadPackError, WrongKeyError, AgreementError, RpcUnavailableError, UnrecoverableError
 */
export async function openObjects(options: OpenObjectsOptions): Promise<OpenedObjects> {
  const { client, log, clock = { nowMs: () => Date.now() }, files = nodeFiles } = options;
  const settings = ObjectsSettings.parse(options.settings ?? {});
  const name = databaseName(client, settings);
  const folder = settings.spool ?? join(client.home, `${name}.spool`);
  const unlock = await lockHome(join(client.home, `${name}.lock`));
  const store = await openNodeStore({ home: client.home, name }).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  try {
    await makeFolder(files, folder);
    const isNetwork = settings.durability === 'network';
    const spool = new Spool({ folder, files, isDurable: !isNetwork });
    const room = new Room({ limitBytes: settings.spoolLimitBytes, waitMs: settings.spoolWaitMs, reserveBatches: settings.reserveBatches, look: () => rentedSpace(client, settings.agreement), diskBytes: () => spool.freeBytes() });
    const packs = new Packs(client, settings.name);
    const bodies = new Bodies({ client, store, spool, packs });
    const journal = new Journal({ client, store, settings, spool, room, bodies, packs, log, nowMs: clock.nowMs }, await stateOf(store));
    await journal.reload();
    await journal.follow();
    await sweepSpool({ store, spool, room, log });
    const here: Alone = (act) => act();
    const commits = new Commits((changes) => (isNetwork ? journal.flush({ alone: here, extra: changes }) : journal.record(changes)));
    // Where writes wait for the network, a pack of another kind keeps them out from its begin to its end.
    const flush = (more: Omit<Parameters<Journal['flush']>[0], 'alone'> = {}): Promise<void> =>
      isNetwork ? commits.alone(() => journal.flush({ ...more, alone: here })) : journal.flush({ ...more, alone: (act) => commits.alone(act) });
    const objects: Objects = { client, store, settings, clock, log, spool, room, writers: new Writers(clock.nowMs), bodies, journal, commits, tight: new Gate(1), flush };
    return running(objects, packs, unlock);
  } catch (error) {
    await store.$disconnect();
    await unlock();
    throw error;
  }
}

function running(objects: Objects, packs: Packs, unlock: () => Promise<void>): OpenedObjects {
  const { log, settings, store, journal, commits } = objects;
  const flusher = new Flusher(objects);
  const loops = [
    startLoop({ name: 'objects.flush', intervalMs: flusher.intervalMs, log, tick: () => flusher.tick(), longestMs: 86_400_000 }),
    startLoop({ name: 'objects.lifecycle', intervalMs: settings.lifecycleMs, log, tick: async () => void (await applyLifecycle(objects)), longestMs: 86_400_000 }),
    startLoop({ name: 'objects.compact', intervalMs: settings.compactMs, log, tick: async () => void (await compact(objects, packs)), longestMs: 86_400_000 }),
  ];
  return {
    durability: settings.durability,
    createBucket: (name) => createBucket(objects, name),
    deleteBucket: (name) => deleteBucket(objects, name),
    listBuckets: () => listBuckets(objects),
    getBucket: (name) => bucketOf(store, name),
    patchBucket: (name, patch) => patchBucket(objects, name, patch),
    putObject: (put) => putObject(objects, put),
    headObject: (place) => headObject(objects, place),
    getObject: (place) => getObject(objects, place),
    copyObject: (copy) => copyObject(objects, copy),
    deleteObject: ({ bucket, key, versionId, condition }) => deleteObject(objects, { bucket, key, versionId, condition }),
    putTags: (place, tags) => putTags(objects, place, tags),
    listObjects: (list) => listObjects(objects, list),
    listVersions: (list) => listVersions(objects, list),
    createUpload: (upload) => createUpload(objects, upload),
    getUpload: (place) => getUpload(objects, place),
    putPart: (part) => putPart(objects, part),
    copyPart: (part) => copyPart(objects, part),
    listParts: (list) => listParts(objects, list),
    listUploads: (list) => listUploads(objects, list),
    completeUpload: (complete) => completeUpload(objects, complete),
    abortUpload: (place) => abortUpload(objects, place),
    flush: () => objects.flush(),
    usage: () => usageOf(objects),
    expire: () => applyLifecycle(objects),
    compact: () => compact(objects, packs),
    async close() {
      // First what is under way: a loop would wait for it.
      await journal.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
      await commits.idle();
      await store.$disconnect();
      await unlock();
    },
  };
}

async function rentedSpace(client: Client, agreement: number | undefined): Promise<RentedSpace> {
  const { state, geometry } = await pickAgreement(client, agreement);
  return { freeBatches: state.quota - (state.batches - state.retiredBatches), batchBytes: geometry.payloadSize };
}

/** Its name is durable when it returns: no synced file in it helps when the folder is gone. */
async function makeFolder(files: FileLayer, folder: string): Promise<void> {
  const parent = dirname(folder);
  if (parent === folder || (await files.stat(folder).then(() => true, () => false))) return;
  await makeFolder(files, parent);
  await files.mkdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await files.syncFolder(parent);
}

/** One for each creator, market and name of a store. */
function databaseName({ chain: { deployment, clock }, creator }: Client, { name }: ObjectsSettings): string {
  const facts = `${creator}/${deployment.chainId}/${deployment.market.toLowerCase()}/${clock.genesis}/${name}`;
  return `objects-${createHash('sha256').update(facts).digest('hex').slice(0, 12)}`;
}
