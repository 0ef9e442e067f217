import type { IndexProgress } from '../check.ts'
import { numberText } from '../words.ts'

/** What the commands need of the process around them; handed in by the program's main. */
export interface CommandIo {
  /** Results. */
  out: (text: string) => void
  /** Progress and errors. */
  err: (text: string) => void
  /** Whether progress goes to a terminal, which may be written over. */
  terminal: boolean
  /** Called at Ctrl-C and SIGTERM; returns the way to stop listening. */
  onInterrupt: (handler: () => void) => () => void
  /** Ends the process at once. */
  exitNow: (code: number) => void
  /** What the command is to exit with once it has ended. */
  setExitCode: (code: number) => void
  /** Test seam: a named crash point, `point` or `point:nth`. */
  crashAt?: string
}

/** Exit codes: done, failed, wrong usage, needs a person, interrupted. */
export const exitCodes = { done: 0, failed: 1, usage: 2, person: 3, interrupted: 130 } as const

/**
 * Text that a terminal only shows: values of a source and words of a target may hold commands to the terminal (title,
 * clipboard, colours, lines written over), which become `\ufffd`. Line ends, tabs and a first `\r` are ours.
 */
export function harmless(text: string): string {
  return text.replace(/(?!^)\r(?!\n)|[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** The io of this process. Its main passes what it read of the environment. */
export function processIo(crashAt?: string): CommandIo {
  return {
    out: (text) => process.stdout.write(harmless(text)),
    err: (text) => process.stderr.write(harmless(text)),
    terminal: process.stderr.isTTY === true,
    onInterrupt: (handler) => {
      process.on('SIGINT', handler)
      process.on('SIGTERM', handler)
      return () => {
        process.off('SIGINT', handler)
        process.off('SIGTERM', handler)
      }
    },
    exitNow: (code) => process.exit(code),
    setExitCode: (code) => {
      process.exitCode = code
    },
    ...(crashAt === undefined ? {} : { crashAt }),
  }
}

/** `check  individuals.csv · 12,000 rows · 41 % of all bytes · 7 unusable`. */
export function checkLine(progress: IndexProgress): string {
  const { file, rows, unusable, bytes, bytesTotal } = progress
  const share = bytesTotal === 0 ? 100 : Math.floor((bytes / bytesTotal) * 100)
  return `check  ${file} · ${numberText(rows)} rows · ${share} % of all bytes · ${numberText(unusable)} unusable`
}

const everyMs = 5_000

/** Shows progress: one line written over on a terminal, a new line every five seconds elsewhere. */
export class ProgressLine {
  readonly #io: CommandIo
  #last = 0
  #width = 0

  constructor(io: CommandIo) {
    this.#io = io
  }

  show(text: string): void {
    if (this.#io.terminal) {
      this.#io.err(`\r${text.padEnd(this.#width)}`)
      this.#width = text.length
    } else if (Date.now() - this.#last >= everyMs) {
      this.#last = Date.now()
      this.#io.err(`${text}\n`)
    }
  }

  /** Leaves the last line standing and goes to the next. */
  end(): void {
    if (this.#io.terminal && this.#width > 0) this.#io.err('\n')
    this.#width = 0
  }
}
