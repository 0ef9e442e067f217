export {
  type CheckpointOptions,
  type CheckpointSink,
  fileSink,
  readCheckpoints,
  runCheckpoints,
  takeCheckpoints,
} from './checkpoints.ts'
export { type FactSource, insertFacts, type NewFact, openPayload } from './insert-facts.ts'
export { type LoopOptions, runSequencer, sequence } from './sequencer.ts'
export {
  type Checkpoint,
  type CheckpointSigner,
  loadCheckpointSigner,
  type SignedCheckpoint,
} from './signing.ts'
export { type LedgerEvidence, type LedgerProblem, type LedgerReport, verifyLedger } from './verify-ledger.ts'
