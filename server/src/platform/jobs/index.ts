export { enqueue, type JobOptions } from './enqueue.ts'
export {
  type CronEntry,
  type Job,
  type JobHandler,
  migrateQueue,
  startWorker,
  type Worker,
  type WorkerOptions,
} from './worker.ts'
