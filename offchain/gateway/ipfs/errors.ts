import { HoldfastError } from '../../wire/errors.ts';

/** What goes wrong with a request, with the status that the gateway specifications have for it. */
export class GatewayError extends HoldfastError {
  readonly status: number;

  constructor(status: number, code: string, message: string, options: { readonly cause?: unknown; readonly nextStep?: string; readonly retryable?: boolean } = {}) {
    super(code, message, options);
    this.status = status;
  }
}

export class BadRequestError extends GatewayError {
  constructor(message: string, cause?: unknown) {
    super(400, 'BAD_REQUEST', message, { cause });
  }
}

/** Neither the owner nor anybody whom heavy nodes know has it; or a path leads nowhere. */
export class NotHereError extends GatewayError {
  constructor(message: string) {
    super(404, 'NOT_FOUND', message);
  }
}

export class NotAcceptableError extends GatewayError {
  constructor(message: string) {
    super(406, 'NOT_ACCEPTABLE', message, { nextStep: 'Ask for ?format=raw or ?format=car.' });
  }
}

/** A block whose place is known could not be had from its providers. */
export class BlockLostError extends GatewayError {
  constructor(cid: string, cause: unknown) {
    super(502, 'BLOCK_UNAVAILABLE', `Block ${cid} could not be read from the providers that hold it (${cause instanceof Error ? cause.message : String(cause)}).`, { cause, retryable: true });
  }
}

export class BlockLateError extends GatewayError {
  constructor(cid: string, seconds: number) {
    super(504, 'BLOCK_LATE', `Block ${cid} did not arrive within ${seconds} s.`, { retryable: true });
  }
}
