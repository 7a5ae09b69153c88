import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from '../errors.ts';

const MAX_DEPTH = 12;

const parser = new XMLParser({ ignoreAttributes: true, removeNSPrefix: true, parseTagValue: false, trimValues: false, processEntities: false,  ignoreDeclaration: true, ignorePiTags: true });

/** An element's children by name, always as lists; text is a string. */
export class Node {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Without spaces around it. */
  get text(): string {
    return this.exact.trim();
  }

  /** Every character as it is meant: for keys and what else may begin with a space. */
  get exact(): string {
    const value = this.#value;
    if (typeof value === 'string') return unescapeXml(value);
    if (typeof value === 'object' && value !== null && '#text' in value) return unescapeXml(String(value['#text']));
    return '';
  }

  all(name: string): Node[] {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    const found = (value as Record<string, unknown>)[name];
    return (Array.isArray(found) ? found : [found]).map((one) => new Node(one));
  }

  /** The only child of this name. Throws MalformedXML when there are several. */
  one(name: string): Node | undefined {
    const all = this.all(name);
    if (all.length > 1) throw new S3Error('MalformedXML', `There may be only one <${name}> here.`);
    return all[0];
  }

  /** Throws MalformedXML when it is missing. */
  need(name: string): Node {
    const found = this.one(name);
    if (found === undefined) throw new S3Error('MalformedXML', `<${name}> is missing.`);
    return found;
  }

  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  /** The children's names. */
  names(): string[] {
    return typeof this.#value === 'object' && this.#value !== null ? Object.keys(this.#value).filter((name) => name !== '#text') : [];
  }
}

/** The root element, which must have this name. No document types, no CDATA, no entities but XML's own five. Throws MalformedXML. */
export function parseXml(text: string, root: string): Node {
  if (text.includes('\0') || /<!DOCTYPE|<!ENTITY|<!\[CDATA\[/i.test(text) || depthOf(text) > MAX_DEPTH) throw new S3Error('MalformedXML');
  let value: unknown;
  try {
    const isValid = XMLValidator.validate(text);
    if (isValid !== true) throw new S3Error('MalformedXML', `The XML is not well-formed: ${isValid.err.msg}`);
    value = parser.parse(text);
  } catch (cause) {
    throw cause instanceof S3Error ? cause : new S3Error('MalformedXML', undefined, { cause });
  }
  return new Node(value).need(root);
}

/** How deep elements lie in each other at most, before anything recurses over them. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [, closing, empty] of text.matchAll(/<(\/)?[A-Za-z_][^<>]*?(\/)?>/g)) {
    if (closing !== undefined) depth -= 1;
    else if (empty === undefined) deepest = Math.max(deepest, ++depth);
  }
  return deepest;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));/g, (_all, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : fail();
    const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : fail();
  });
}

function fail(): never {
  throw new S3Error('MalformedXML', 'There is no such character or entity.');
}
