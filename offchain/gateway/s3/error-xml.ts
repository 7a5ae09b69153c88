import type { S3Error } from './errors.ts';
import { document, tag } from './xml/write.ts';

/** `<Error>` with Code, Message, Resource and RequestId, which some clients cannot do without, and what more there is to say. */
export function errorXml({ s3Code, shortMessage, fields }: S3Error, { requestId, resource }: { readonly requestId: string; readonly resource: string }): string {
  return document('Error', [tag('Code', s3Code), tag('Message', shortMessage), ...Object.entries(fields).map(([name, value]) => tag(name, value)), tag('Resource', resource), tag('RequestId', requestId), tag('HostId', requestId)], '');
}
