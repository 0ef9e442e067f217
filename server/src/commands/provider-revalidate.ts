import { withScope } from '../platform/scope.ts'
import { examineProvider, getProvider, keepValidation } from '../rooms/providers/index.ts'
import { type CommandInput, inEnvironment, print } from './command.ts'
import { providerNamed } from './provider-named.ts'
import { validationWords } from './provider-validate.ts'

/** `drawbridge provider revalidate ALIAS`: the validation of a registered provider; exit code 1 when it did not pass. */
export function revalidate(input: CommandInput, alias: string): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => {
    const { id } = await withScope(engine, { ...opening, readOnly: true }, (scope) =>
      providerNamed(scope, alias),
    )
    const asked = { provider_id: id }
    const staged = await examineProvider(engine, opening, asked)
    const row = await withScope(engine, opening, async (scope) => {
      await keepValidation(scope, { ...asked, staged })
      return getProvider(scope, asked)
    })
    print(
      input,
      row.validation,
      () => `${validationWords(row.validation?.checks ?? [])}${alias} is ${row.state.toLowerCase()}\n`,
    )
    return row.validation?.passed === true ? 0 : 1
  })
}
