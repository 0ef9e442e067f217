import type { Fault } from '../sources/csv-source.ts'

/** A value of one row that cannot be carried over; becomes the row's line in the list of unusable rows. */
export class MappingFault extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.reason)
    this.fault = fault
  }
}

/** The project file asks for something that does not exist; `path` is the place in it. */
export class MappingError extends Error {
  readonly path: readonly (string | number)[]

  constructor(path: readonly (string | number)[], message: string) {
    super(message)
    this.path = path
  }
}
