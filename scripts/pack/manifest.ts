/** package.json, as far as packing needs it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly [key: string]: unknown;
}

const KEPT = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'exports', 'dependencies'] as const;
/** Only compiled here: the package has the contracts' ABI and bytecode. */
const BUILD_ONLY = ['@openzeppelin/contracts'];

/**
 * The manifest that is published. Without the bundled Node of `optionalDependencies`: in somebody else's project it would become the `node` of all npm scripts.
 * @throws Error where a key is missing
 */
export function packageManifest(source: Manifest): Manifest {
  const missing = KEPT.filter((key) => source[key] === undefined);
  if (missing.length > 0) throw new Error(`package.json has no ${missing.join(', ')}`);
  const dependencies = Object.fromEntries(Object.entries(source['dependencies'] as Record<string, string>).filter(([name]) => !BUILD_ONLY.includes(name)));
  return { ...Object.fromEntries(KEPT.map((key) => [key, source[key]])), dependencies, sideEffects: ['./dist/codec/pool/*.js', './dist/cli/*.js'] } as unknown as Manifest;
}
