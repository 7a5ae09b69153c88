/** multipart/form-data as browsers send it: the fields in front of the file, then the file as a stream. Nothing of the file is held. */
import { S3Error } from '../errors.ts';

/** As S3 has it: everything in front of the file together. */
const FIELD_BYTES_MAX = 20 * 1024;
const HEAD_BYTES_MAX = 4 * 1024;
const FIELDS_MAX = 200;
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;

export interface FormField {
  /** Lower case: names mean the same in either case. */
  readonly name: string;
  readonly value: string;
}

export interface Form {
  /** In their order, without the file. */
  readonly fields: readonly FormField[];
  /** As the browser names it; empty where it names none. */
  readonly filename: string;
  /** The file's own; fields may say otherwise. */
  readonly contentType: string | undefined;
  /** To be read once, to its end. Throws MalformedPOSTRequest where the body ends too early. */
  readonly file: AsyncIterable<Uint8Array>;
}

/** The boundary of a form; undefined for another kind of body. Throws MalformedPOSTRequest for a form without one. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data\s*(;|$)/i.test(contentType.trim())) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  if (!BOUNDARY.test(boundary)) throw malformed();
  return boundary;
}

/** Reads up to the file. Throws MalformedPOSTRequest, MaxPostPreDataLengthExceededError, IncorrectNumberOfFilesInPostRequest. */
export async function readForm(body: AsyncIterable<Uint8Array>, boundary: string): Promise<Form> {
  const cutter = new Cutter(body);
  const line = Buffer.from(`--${boundary}`, 'latin1');
  const delimiter = Buffer.concat([Buffer.from('\r\n'), line]);
  const fields: FormField[] = [];
  let size = 0;
  // What stands in front of the first boundary means nothing.
  size += (await cutter.until(line, FIELD_BYTES_MAX)).length;
  for (;;) {
    if (await cutter.isEnd()) throw new S3Error('IncorrectNumberOfFilesInPostRequest');
    const head = (await cutter.until(Buffer.from('\r\n\r\n'), HEAD_BYTES_MAX)).toString('utf8');
    const { name, filename, contentType } = headOf(head);
    if (name === 'file') return { fields, filename: filename ?? '', contentType, file: cutter.rest(delimiter) };
    const value = await cutter.until(delimiter, FIELD_BYTES_MAX - size);
    size += head.length + value.length;
    if (size > FIELD_BYTES_MAX || fields.length === FIELDS_MAX) throw new S3Error('MaxPostPreDataLengthExceededError');
    fields.push({ name, value: textOf(value) });
  }
}

function headOf(head: string): { name: string; filename: string | undefined; contentType: string | undefined } {
  let disposition: string | undefined;
  let contentType: string | undefined;
  for (const line of head.split('\r\n')) {
    const at = line.indexOf(':');
    const name = line.slice(0, Math.max(0, at)).trim().toLowerCase();
    if (name === 'content-disposition') disposition = line.slice(at + 1).trim();
    if (name === 'content-type') contentType = line.slice(at + 1).trim();
  }
  const name = disposition === undefined || !/^form-data\s*;/i.test(disposition) ? undefined : parameterOf(disposition, 'name');
  if (disposition === undefined || name === undefined) throw malformed();
  return { name: name.toLowerCase(), filename: parameterOf(disposition, 'filename'), contentType };
}

/** Browsers write a quote as %22 and line ends as %0D%0A (WHATWG); older programs use backslashes in front of quotes. */
function parameterOf(disposition: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i').exec(disposition) ?? [];
  return quoted?.replace(/\\(["\\])/g, '$1').replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n') ?? plain;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new S3Error('MalformedPOSTRequest', 'A field of the form is no UTF-8.', { cause });
  }
}

function malformed(): S3Error {
  return new S3Error('MalformedPOSTRequest');
}

/** Cuts a stream at marks that may lie across its pieces. */
class Cutter {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** What comes before the mark, which is left behind. Throws for more than `most` bytes. */
  async until(mark: Uint8Array, most: number): Promise<Buffer> {
    for (let from = 0; ; ) {
      const at = this.#held.indexOf(mark, from);
      if (at > most || (at < 0 && this.#held.length > most + mark.length)) throw new S3Error('MaxPostPreDataLengthExceededError');
      if (at >= 0) {
        const found = Buffer.from(this.#held.subarray(0, at));
        this.#held = this.#held.subarray(at + mark.length);
        return found;
      }
      from = Math.max(0, this.#held.length - mark.length + 1);
      if (!(await this.#more())) throw malformed();
    }
  }

  /** Behind a boundary: true for `--`, the form's end; the end of its line is taken otherwise. */
  async isEnd(): Promise<boolean> {
    while (this.#held.length < 2 && (await this.#more()));
    const next = this.#held.toString('latin1', 0, 2);
    if (next === '--') return true;
    // Spaces behind a boundary are allowed.
    const [blank] = /^[ \t]*/.exec(this.#held.toString('latin1', 0, 64)) ?? [''];
    this.#held = this.#held.subarray(blank.length);
    while (this.#held.length < 2 && (await this.#more()));
    if (this.#held.toString('latin1', 0, 2) !== '\r\n') throw malformed();
    this.#held = this.#held.subarray(2);
    return false;
  }

  /** Piece by piece up to the mark; what stands behind it, fields too, is left to whoever ends the request, as S3 leaves it. */
  async *rest(mark: Uint8Array): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      // The mark may have begun at the end of what is here.
      const safe = at >= 0 ? at : Math.max(0, this.#held.length - mark.length + 1);
      if (safe > 0) {
        const piece = this.#held.subarray(0, safe);
        this.#held = this.#held.subarray(safe);
        yield piece;
      }
      if (at >= 0) return;
      if (!(await this.#more())) throw malformed();
    }
  }

  async #more(): Promise<boolean> {
    if (this.#isOver) return false;
    const { done, value } = await this.#source.next();
    if (done === true) return !(this.#isOver = true);
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    return true;
  }
}
