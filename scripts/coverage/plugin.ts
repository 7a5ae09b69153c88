import { relative } from 'node:path';
import type { SolidityHooks } from 'hardhat/types/hooks';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import { BRANCH_LIBRARY, BRANCH_LIBRARY_SOURCE, instrument } from './branches.ts';

/** Hardhat's `--coverage` knows statements only: behind its own instrumentation this adds the outcome of every condition. */
export const branchCoverage: HardhatPlugin = {
  id: 'holdfast-branch-coverage',
  npmPackage: null,
  hookHandlers: {
    solidity: async () => ({
      default: async (): Promise<Partial<SolidityHooks>> => ({
        preprocessProjectFileBeforeBuilding: async (context, sourceName, fsPath, fileContent, solcVersion, next) => {
          const counted = await next(context, sourceName, fsPath, fileContent, solcVersion);
          const isOwn = (await context.solidity.getScope(fsPath)) === 'contracts';
          return isOwn ? instrument(relative(context.config.paths.root, fsPath), counted) : counted;
        },
        preprocessSolcInputBeforeBuilding: async (context, input, next) => {
          const result = await next(context, input);
          result.sources[BRANCH_LIBRARY.file] = { content: BRANCH_LIBRARY_SOURCE };
          return result;
        },
      }),
    }),
  },
};
