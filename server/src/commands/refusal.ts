/** The command cannot do what it was asked; the message says why and what to do. Exit codes as in `look.md`. */
export class CommandRefusal extends Error {
  readonly exitCode: 1 | 3 | 130

  constructor(message: string, exitCode: 1 | 3 | 130 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
