import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { frameHead } from './frames.ts'
import type { Judgement } from './judge.ts'

const HEAP_MEGABYTES_MAX = 128

/** How a job ended without a judgement. */
export type Loss = 'died' | 'timeout' | 'closed' | 'not-started'

interface Job {
  readonly resolve: (outcome: Judgement | Loss) => void
  readonly timer: NodeJS.Timeout
}

/** One process that decodes one file at a time. It does not keep its parent alive while it is idle. */
export class DecoderProcess {
  readonly #child: ChildProcess
  #job: Job | null = null
  #isAlive = true
  #isSpawned = false

  constructor(script: URL) {
    this.#child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES_MAX}`, script.pathname], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Nothing of ours in its environment; few arenas, since it lives long and its allocations vary in size.
      env: { MALLOC_ARENA_MAX: '2' },
    })
    this.#child.on('spawn', () => {
      this.#isSpawned = true
    })
    this.#child.on('error', () => this.#end(this.#isSpawned ? 'died' : 'not-started'))
    this.#child.on('exit', () => this.#end('died'))
    // What is written to a process that has died is of no use to anyone; `exit` tells the story.
    this.#child.stdin?.on('error', () => {})
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#settle(JSON.parse(line)))
    }
    this.#hold(false)
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Decodes a file. A file that takes longer than `timeoutMs` costs the process its life. */
  judge(bytes: Buffer, name: string | undefined, timeoutMs: number): Promise<Judgement | Loss> {
    const { promise, resolve } = Promise.withResolvers<Judgement | Loss>()
    if (!this.#isAlive) return Promise.resolve('died')
    this.#job = { resolve, timer: setTimeout(() => this.kill('timeout'), timeoutMs) }
    this.#hold(true)
    this.#child.stdin?.write(frameHead({ name, bytes }))
    this.#child.stdin?.write(bytes)
    return promise
  }

  /** Ends the process at once; a file in it is answered with the reason. */
  kill(reason: Loss): void {
    this.#end(reason)
    this.#child.kill('SIGKILL')
  }

  #end(reason: Loss): void {
    this.#isAlive = false
    this.#settle(reason)
  }

  #settle(outcome: Judgement | Loss): void {
    if (!this.#job) return
    clearTimeout(this.#job.timer)
    this.#job.resolve(outcome)
    this.#job = null
    this.#hold(false)
  }

  #hold(isHeld: boolean): void {
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout]) {
      if (part instanceof Socket || part === this.#child) isHeld ? part.ref() : part.unref()
    }
  }
}
