/** Text of XML that is complete and escaped. */
export type Xml = { readonly xml: string };
type Child = Xml | undefined | readonly Child[];

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** `<name>content</name>`; nothing where the content is undefined. */
export function tag(name: string, content: string | number | boolean | readonly Child[] | undefined): Xml | undefined {
  if (content === undefined) return undefined;
  const inside = Array.isArray(content) ? join(content as readonly Child[]) : escapeXml(String(content));
  return { xml: `<${name}>${inside}</${name}>` };
}

/** A whole answer in S3's namespace. */
export function document(name: string, children: readonly Child[], attributes = ` xmlns="${NAMESPACE}"`): string {
  return `${DECLARATION}<${name}${attributes}>${join(children)}</${name}>`;
}

/** An element with text and attributes that are written as they are. */
export function raw(xml: string): Xml {
  return { xml };
}

/** Control characters, which XML 1.0 cannot hold, become references, as S3 writes them; `encoding-type=url` spares clients these. */
export function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[&<>"\u0000-\u001f\u007f\ufffe\uffff]/g, (one) => SPECIAL[one] ?? `&#x${one.charCodeAt(0).toString(16)};`);
}

function join(children: readonly Child[]): string {
  let text = '';
  for (const child of children) {
    if (child === undefined) continue;
    text += 'xml' in child ? child.xml : join(child);
  }
  return text;
}
