/**
 * The command cannot do what it was asked; the message says why and what to do. Exit codes: 1 failed, 3 needs a
 * person, 130 interrupted.
 */
export class CommandRefusal extends Error {
  readonly exitCode: 1 | 3 | 130

  constructor(message: string, exitCode: 1 | 3 | 130 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
