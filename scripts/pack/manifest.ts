/** package.json, as far as packing needs it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly [key: string]: unknown;
}

const KEPT = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'dependencies'] as const;
/** Only compiled here: the package has the contracts' ABI and bytecode. */
const BUILD_ONLY = ['@openzeppelin/contracts'];
/** One file of offchain/sdk each; offchain/sdk/README.md says what is in them. */
const ENTRIES = ['index', 'browser', 'codec', 'proof', 'chain', 'wire', 'ethers', 'earnings'] as const;

/**
 * The manifest that is published, made of the repository's. Without the bundled Node of `optionalDependencies`: in somebody else's project it would become the
 * `node` of all npm scripts.
 * @throws Error where a key is missing
 */
export function packageManifest(source: Readonly<Record<string, unknown>>): Manifest {
  const missing = KEPT.filter((key) => source[key] === undefined);
  if (missing.length > 0) throw new Error(`package.json has no ${missing.join(', ')}`);
  const dependencies = Object.fromEntries(Object.entries(source['dependencies'] as Record<string, string>).filter(([name]) => !BUILD_ONLY.includes(name)));
  const entries = ENTRIES.map((name) => [name === 'index' ? '.' : `./${name}`, { types: `./dist/sdk/${name}.d.ts`, default: `./dist/sdk/${name}.js` }]);
  return {
    ...Object.fromEntries(KEPT.map((key) => [key, source[key]])),
    exports: {
      ...Object.fromEntries(entries),
      './codec/worker': './dist/codec/pool/worker-browser.js',
      './download-worker': './dist/client/page/download/download-worker.js',
      './package.json': './package.json',
    },
    sideEffects: ['./dist/codec/pool/*.js', './dist/client/page/download/download-worker.js', './dist/cli/*.js'],
    dependencies,
  } as unknown as Manifest;
}
