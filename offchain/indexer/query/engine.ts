/** Answers queries over an index; a thread of its own runs it. */
import { execute, GraphQLError } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { Store } from '../../store/open.ts';
import { parseSchema } from '../schema/parse-schema.ts';
import type { SchemaModel } from '../schema/model.ts';
import { readState } from '../store/state.ts';
import { readDocument } from './document.ts';
import { QueryError } from './errors.ts';
import { buildQuerySchema } from './query-schema.ts';
import { createResolver } from './resolve.ts';
import { QueryRun } from './run.ts';

export interface QueryRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
}

export interface QueryAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly locations?: unknown; readonly path?: unknown }[];
}

const REORG_TRIES = 3;

export class QueryEngine {
  readonly #store: Store;
  readonly #deployment: string;
  readonly #model: SchemaModel;
  readonly #schema: GraphQLSchema;
  readonly #resolver: ReturnType<typeof createResolver>;
  readonly #onFault: (error: unknown) => void;

  /** `onFault`: told of errors that are no fault of the query. */
  constructor(options: { readonly store: Store; readonly deployment: string; readonly schema: string; readonly onFault: (error: unknown) => void }) {
    this.#store = options.store;
    this.#deployment = options.deployment;
    this.#model = parseSchema(options.schema);
    this.#schema = buildQuerySchema(this.#model);
    this.#resolver = createResolver(this.#model);
    this.#onFault = options.onFault;
  }

  /** As graph-node answers: data, or errors without any. Never throws. */
  async answer({ query, variables, operationName }: QueryRequest, options: { readonly timeoutMs: number }): Promise<QueryAnswer> {
    const deadlineMs = performance.now() + options.timeoutMs;
    try {
      const document = readDocument(this.#schema, query);
      if (!('kind' in document)) return this.#failed(document);
      for (let attempt = 1; ; attempt++) {
        const state = await readState(this.#store);
        if (state.deployment !== this.#deployment) throw new QueryError('The index is being made anew: ask again later.');
        const run = new QueryRun({ store: this.#store, model: this.#model, state, deployment: this.#deployment, deadlineMs });
        const result = await execute({ schema: this.#schema, document, contextValue: run, variableValues: variables ?? {}, operationName: operationName ?? undefined, fieldResolver: this.#resolver as never });
        // Rows that were taken back meanwhile may have been read in part.
        const isSame = (await readState(this.#store)).reorgs === state.reorgs;
        if (!isSame && attempt < REORG_TRIES) continue;
        return result.errors === undefined ? { data: result.data } : this.#failed(result.errors);
      }
    } catch (error) {
      return this.#failed([error]);
    }
  }

  #failed(errors: readonly unknown[]): QueryAnswer {
    return { errors: errors.map((error) => this.#shown(error)) };
  }

  /** What a database says is for the log alone. */
  #shown(error: unknown): { message: string; locations?: unknown; path?: unknown } {
    if (error instanceof QueryError) return { message: error.shortMessage };
    if (!(error instanceof GraphQLError)) {
      this.#onFault(error);
      return { message: 'Internal error: the query could not be answered.' };
    }
    const { originalError, locations, path } = error;
    const isOwn = originalError === undefined || originalError instanceof QueryError || originalError instanceof GraphQLError;
    if (!isOwn) this.#onFault(originalError);
    const message = originalError instanceof QueryError ? originalError.shortMessage : isOwn ? error.message : 'Internal error: the query could not be answered.';
    return { message, ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
  }
}
