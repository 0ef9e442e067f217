import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { postgresRoot, postmasterOf } from './postgres-process.ts'

/** Works on the embedded database of a home as its superuser, whom nothing holds back. */
export async function asSuperuser<R>(home: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const postmaster = await postmasterOf(home)
  if (postmaster === null) throw new Error('There is no PostgreSQL on this home')
  const password = (await readFile(join(await postgresRoot(home), 'superuser-password'), 'utf8')).trim()
  const { socketDirectory: host } = postmaster
  const client = new pg.Client({ host, port: 5432, user: 'postgres', password, database: 'drawbridge' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
