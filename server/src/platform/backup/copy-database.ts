import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { DatabaseRefusal } from '../postgres/refusal.ts'
import { withClient } from '../postgres/roles.ts'
import type { ArchiveWriter } from './archive-writer.ts'

/** What a server makes anew at its start, so that a copy has no use for it (PostgreSQL manual, 25.3.4). */
const emptied = /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)$/
const skipped =
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map|backup_manifest|current_logfiles|pg_internal\.init.*|pgsql_tmp.*|postgresql\.auto\.conf\.tmp|t\d+_\d+(_\w+)?(\.\d+)?)$/

/** Copied last, so that the copy knows of no checkpoint that is later than its files. */
const controlFile = 'global/pg_control'

/** From where to where the log of a copy reaches. */
export interface CopiedLog {
  readonly from: string
  readonly to: string
}

/**
 * Adds a consistent copy of a running server's data below `database/`: the files as they are, what the server says
 * to start from, and the log that makes them consistent. The server works on meanwhile. The log it needs is held by
 * a replication slot that dies with the connection.
 */
export async function copyDatabase(
  admin: pg.ClientConfig,
  dataDirectory: string,
  archive: ArchiveWriter,
): Promise<CopiedLog> {
  return withClient(admin, async (client) => {
    await refuseTablespaces(client)
    await client.query('select pg_create_physical_replication_slot($1, true, true)', [
      `drawbridge_backup_${process.pid}`,
    ])
    const begun = await one<{ lsn: string; file: string }>(
      client,
      `with begun as (select pg_backup_start('drawbridge', true) as lsn)
       select lsn::text, pg_walfile_name(lsn) as file from begun`,
    )
    await copyDirectory(dataDirectory, '', archive)
    await archive.addBytes(`database/${controlFile}`, await readSettled(join(dataDirectory, controlFile)))
    const ended = await one<{ lsn: string; file: string; label: string }>(
      client,
      `select lsn::text, pg_walfile_name(lsn) as file, labelfile as label from pg_backup_stop(false)`,
    )
    await archive.addBytes('database/backup_label', Buffer.from(ended.label))
    for (const name of logFiles(begun.file, ended.file)) {
      if (!(await archive.addFile(`database/pg_wal/${name}`, join(dataDirectory, 'pg_wal', name))))
        throw new Error(`The database's log ${name} went away while it was copied`)
    }
    return { from: begun.lsn, to: ended.lsn }
  })
}

async function refuseTablespaces(client: pg.Client): Promise<void> {
  const { count } = await one<{ count: string }>(
    client,
    "select count(*) from pg_tablespace where spcname not in ('pg_default', 'pg_global')",
  )
  if (count !== '0')
    throw new DatabaseRefusal(
      'The database has tablespaces of its own, which lie outside the home: drawbridge backup does not copy those.',
    )
}

async function one<R extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<R> {
  const { rows } = await client.query<R>(sql)
  const row = rows[0]
  if (row === undefined) throw new Error('The database gave no answer')
  return row
}

async function copyDirectory(root: string, within: string, archive: ArchiveWriter): Promise<void> {
  await archive.addDirectory(within === '' ? 'database' : `database/${within}`)
  for (const entry of await readdir(join(root, within), { withFileTypes: true })) {
    const path = within === '' ? entry.name : `${within}/${entry.name}`
    if (entry.isDirectory() && emptied.test(path)) await archive.addDirectory(`database/${path}`)
    else if (entry.isDirectory() && !skipped.test(entry.name)) await copyDirectory(root, path, archive)
    else if (entry.isFile() && path !== controlFile && !skipped.test(entry.name))
      await archive.addFile(`database/${path}`, join(root, path))
  }
}

/** The server overwrites this file in place: what two readings agree on is whole. */
async function readSettled(path: string): Promise<Buffer> {
  for (let before = await readFile(path); ; ) {
    const now = await readFile(path)
    if (now.equals(before)) return now
    before = now
  }
}

// A name is a time line and a number of 64 bits, of which the low part counts the 16 MB files within 4 GB.
const filesPerPart = 256n

/** The names of all log files from the first to the last. */
export function logFiles(first: string, last: string): string[] {
  const [timeline, from, to] = [first.slice(0, 8), numberOf(first), numberOf(last)]
  if (last.slice(0, 8) !== timeline || to < from) throw new Error(`No log leads from ${first} to ${last}`)
  return Array.from({ length: Number(to - from) + 1 }, (_, index) => timeline + nameOf(from + BigInt(index)))
}

function numberOf(name: string): bigint {
  return BigInt(`0x${name.slice(8, 16)}`) * filesPerPart + BigInt(`0x${name.slice(16)}`)
}

function nameOf(number: bigint): string {
  const hex = (part: bigint) => part.toString(16).toUpperCase().padStart(8, '0')
  return hex(number / filesPerPart) + hex(number % filesPerPart)
}
