/** Types of files by their names. Nothing is guessed from their bytes, and browsers are told not to. */
import { extname } from 'node:path';

const TEXT = '; charset=utf-8';
const TYPES: Readonly<Record<string, string>> = {
  html: `text/html${TEXT}`, htm: `text/html${TEXT}`, css: `text/css${TEXT}`, csv: `text/csv${TEXT}`, txt: `text/plain${TEXT}`, md: `text/markdown${TEXT}`,
  js: `text/javascript${TEXT}`, mjs: `text/javascript${TEXT}`, json: 'application/json', xml: 'application/xml', wasm: 'application/wasm', pdf: 'application/pdf',
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', avif: 'image/avif', svg: 'image/svg+xml', ico: 'image/x-icon',
  mp4: 'video/mp4', m4v: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime', mkv: 'video/x-matroska', m3u8: 'application/vnd.apple.mpegurl', ts: 'video/mp2t',
  mp3: 'audio/mpeg', m4a: 'audio/mp4', ogg: 'audio/ogg', opus: 'audio/ogg', flac: 'audio/flac', wav: 'audio/wav',
  woff: 'font/woff', woff2: 'font/woff2', ttf: 'font/ttf', otf: 'font/otf',
  zip: 'application/zip', gz: 'application/gzip', zst: 'application/zstd', tar: 'application/x-tar', car: 'application/vnd.ipld.car',
};

export function contentTypeOf(name: string): string {
  const ending = extname(name).slice(1).toLowerCase();
  // A file may well be called x.constructor.
  return (Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined) ?? 'application/octet-stream';
}
