import type { Input, Operation, Output } from '@drawbridge/schema/operation.ts'
import { bindStaged, type Route } from '../../platform/http/index.ts'
import type { Engine, Opening } from '../../platform/scope.ts'

/** Binds an operation that asks somebody outside: the question is put before the transaction, which only opens. */
export function bindAsking<O extends Operation>(
  operation: O,
  ask: (engine: Engine, opening: Opening, input: Input<O>) => Promise<Output<O>>,
): Route {
  return bindStaged<O, Output<O>, Output<O>>(
    operation,
    ask,
    async (_scope, { staged }) => staged,
    async (_scope, answer) => answer,
  )
}
