/** Names of query fields, as graph-node makes them. */

/** The rules of its inflector that English words of a schema meet, the first that fits. */
const PLURALS: readonly (readonly [RegExp, string])[] = [
  [/(ax|test)is$/, '$1es'],
  [/(alias|[^aou]us|tlas|gas|ris)$/, '$1es'],
  [/(her|at|gr)o$/, '$1oes'],
  [/(d)atum$/, '$1ata'],
  [/(criteri|phenomen)on$/, '$1a'],
  [/sis$/, 'ses'],
  [/(kni|wi|li)fe$/, '$1ves'],
  [/(ar|l|ea|eo|oa|hoo)f$/, '$1ves'],
  [/([^aeiouy]|qu)y$/, '$1ies'],
  [/(x|ch|ss|sh|zz)$/, '$1es'],
  [/(matr|cod|mur|sil|vert|ind|append)(?:ix|ex)$/, '$1ices'],
  [/s$/, 's'],
  [/$/, 's'],
];

export function singular(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

export function plural(type: string): string {
  const one = singular(type);
  const [rule, ending] = PLURALS.find(([pattern]) => pattern.test(one)) as readonly [RegExp, string];
  const many = one.replace(rule, ending);
  return many === one ? `${one}_collection` : many;
}
