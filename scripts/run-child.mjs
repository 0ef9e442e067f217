// Runs one program in the place of this one. Plain JavaScript without dependencies, for Node 20 up.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program with this process's input and output and resolves to its exit code (128 + n where signal n ended it).
 * Signals reach it once: Ctrl-C at a terminal goes to the whole group and so is not passed on, all else is; npm sends
 * its own copy of an interrupt that the group received, so a second one within a second is the same one.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>}
 */
export function runChild(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
    let interruptedAt = Number.NEGATIVE_INFINITY
    const interrupt = () => {
      const again = performance.now() - interruptedAt < 1000
      interruptedAt = performance.now()
      if (!atTerminal && !again) child.kill('SIGINT')
    }
    const terminate = () => child.kill('SIGTERM')
    const hangUp = () => child.kill('SIGHUP')
    process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', hangUp)
    const release = () => process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp)
    child.once('error', (error) => {
      release()
      reject(error)
    })
    child.once('close', (code, signal) => {
      release()
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}
