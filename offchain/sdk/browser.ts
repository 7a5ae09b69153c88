/** `holdfast/browser`: the creator's client in a page, and everything else that runs there by part. A bundler leaves out what is not used. */
export * as codec from './codec.ts';
export * as proof from './proof.ts';
export * as chain from './chain.ts';
export * as wire from './wire.ts';

export * from '../client/page/create-browser-client.ts';
export * from '../client/page/download/download.ts';
export * from '../client/page/dropped-items.ts';
export * from '../client/page/files-source.ts';
export * from '../client/page/get-into.ts';
export * from '../client/page/get-shared.ts';
export * from '../client/page/sink.ts';
export { bytesSource } from '../client/bytes-source.ts';
export { tarSource } from '../client/tar/tar-source.ts';
export type { Source } from '../client/source.ts';
export type { Client } from '../client/client.ts';
export { BrowserStorageError, BusyElsewhereError } from '../client/state/errors.ts';

export * from '../client/preview-put.ts';
export * from '../client/read-stored.ts';
export * from '../client/list-inside.ts';
export { previewShare } from '../client/share/preview-share.ts';
export { publishShareKey } from '../client/share/share-key.ts';
export type { ShareKey } from '../client/share/share-key.ts';
export * from './verbs.ts';
