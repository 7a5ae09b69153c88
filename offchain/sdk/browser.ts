/** `holdfast/browser`: everything that runs in a page, by part. A bundler leaves out what is not used. */
export * as codec from './codec.ts';
export * as proof from './proof.ts';
export * as chain from './chain.ts';
export * as wire from './wire.ts';
export { HoldfastError } from '../wire/errors.ts';
