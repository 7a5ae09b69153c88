/** Types of the commonest files by their endings; for rules of a policy only, nothing is stored by it. */
const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4', mkv: 'video/x-matroska', mov: 'video/quicktime', webm: 'video/webm', avi: 'video/x-msvideo',
  mp3: 'audio/mpeg', flac: 'audio/flac', wav: 'audio/wav', ogg: 'audio/ogg',
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif', webp: 'image/webp', svg: 'image/svg+xml',
  txt: 'text/plain', md: 'text/markdown', html: 'text/html', css: 'text/css', csv: 'text/csv',
  json: 'application/json', pdf: 'application/pdf', zip: 'application/zip', gz: 'application/gzip', tar: 'application/x-tar', zst: 'application/zstd',
  js: 'text/javascript', wasm: 'application/wasm', iso: 'application/x-iso9660-image', sqlite: 'application/vnd.sqlite3', db: 'application/octet-stream',
};

/** A type as it is, or a file's by its ending. */
export function contentTypeOf(text: string): string {
  if (/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/i.test(text)) return text.toLowerCase();
  const ending = /\.([a-z0-9]+)$/i.exec(text)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined) ?? 'application/octet-stream';
}
