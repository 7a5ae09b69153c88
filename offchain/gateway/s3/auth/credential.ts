/** `KEY/20130524/us-east-1/s3/aws4_request`; undefined when it is none. */
export function parseCredential(text: string): { accessKey: string; date: string; region: string; service: string } | undefined {
  const parts = text.split('/');
  const [accessKey, date, region, service, end] = parts;
  if (parts.length !== 5 || end !== 'aws4_request' || accessKey === undefined || date === undefined || region === undefined || service === undefined) return undefined;
  return accessKey !== '' && accessKey.length <= 128 && /^\d{8}$/.test(date) ? { accessKey, date, region, service } : undefined;
}

/** `host;x-amz-date`; undefined when a name is missing, in upper case, twice or out of order. */
export function parseSignedHeaders(text: string): readonly string[] | undefined {
  const names = text.split(';');
  const isGood = names.every((name, i) => /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) && (i === 0 || name > names[i - 1]!));
  return isGood ? names : undefined;
}
