import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Target } from './api.ts'
import { forEachAtOnce, get } from './api.ts'
import type { CheckReport, Finding } from './findings.ts'
import { differences, listAt, textAt } from './values.ts'

interface Scan {
  path: string
  kind: string
  finding: Finding
  sha256: string
  /** What the document that holds the image must say. */
  document: Record<string, unknown>
}

interface Image {
  id: string
  type: string
  sha256: string
}

interface Context {
  db: DatabaseSync
  target: Target
  directory: string
  report: CheckReport
}

/** What a scan of each kind becomes; evidence becomes a plain file. */
const imageTypes: Record<string, string> = {
  passport_front: 'FRONT',
  passport_back: 'BACK',
  proof_of_address: 'FRONT',
}

const owners = `
  SELECT profile.id, profile.ref FROM profile
  WHERE images > 0 OR ref IN (SELECT owner FROM document)`

/** Compares every file and image with the source's bytes by SHA-256, and images with the documents they are in. */
export async function checkFiles(context: Context): Promise<void> {
  const { db, report } = context
  const extra = db.prepare(
    'SELECT owner, path FROM upload WHERE (owner, path) NOT IN (SELECT owner, path FROM document)',
  )
  for (const row of extra.iterate()) {
    report.strays.push({ kind: 'file', ref: textAt(row, 'owner'), source: '', what: textAt(row, 'path') })
  }
  await forEachAtOnce(db.prepare(owners).iterate(), (row) =>
    checkOwner(context, textAt(row, 'id'), textAt(row, 'ref')),
  )
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** SHA-256 of what a file or image of the API holds, or null when it has no content. */
function contentHash(resource: unknown): string | null {
  const uri = textAt(resource, 'decrypted_data')
  return uri === '' ? null : hash(Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64'))
}

async function scansOf({ db, directory }: Context, ref: string): Promise<Scan[]> {
  const rows = db.prepare('SELECT * FROM document WHERE owner = ?').all(ref)
  return Promise.all(
    rows.map(async (row) => {
      const path = textAt(row, 'path')
      const kind = textAt(row, 'kind')
      const about = kind === 'evidence' ? 'file' : 'image'
      const sha256 = hash(await readFile(join(directory, path)))
      const finding: Finding = { kind: about, ref, source: textAt(row, 'source'), what: path }
      const document: Record<string, unknown> = JSON.parse(textAt(row, 'expectation'))
      return { path, kind, sha256, finding, document }
    }),
  )
}

async function checkOwner(context: Context, id: string, ref: string): Promise<void> {
  const scans = await scansOf(context, ref)
  for (const scan of scans.filter(({ kind }) => kind === 'evidence')) await checkFile(context, id, ref, scan)
  const pictures = scans.filter(({ kind }) => kind !== 'evidence')
  const images = await imagesOf(context, id)
  const collected = await get(context.target, `/4.0/profiles/${id}/collected_data`)
  for (const scan of pictures) checkImage(context.report, scan, images, collected)
  for (const image of images) {
    if (pictures.some(({ sha256 }) => sha256 === image.sha256)) continue
    context.report.strays.push({ kind: 'image', ref, source: '', what: image.id })
  }
}

async function checkFile(
  { db, target, report }: Context,
  id: string,
  ref: string,
  scan: Scan,
): Promise<void> {
  const uploads = db.prepare('SELECT DISTINCT profile_id, file_id FROM upload WHERE owner = ? AND path = ?')
  const [upload, ...more] = uploads.all(ref, scan.path)
  if (more.length > 0) report.duplicated.push(scan.finding)
  const isHere = upload !== undefined && textAt(upload, 'profile_id') === id
  const file = isHere ? await get(target, `/4.0/profiles/${id}/files/${textAt(upload, 'file_id')}`) : null
  if (file === null) report.lost.push(scan.finding)
  else if (contentHash(file) === scan.sha256) report.files += 1
  else report.different.push(scan.finding)
}

async function imagesOf({ target, report }: Context, id: string): Promise<Image[]> {
  const images: Image[] = []
  const list = await get(target, `/4.0/profiles/${id}/document_images`)
  for (const listed of Array.isArray(list) ? list : []) {
    const image = await get(target, `/4.0/profiles/${id}/document_images/${textAt(listed, 'id')}?full=true`)
    const sha256 = contentHash(image)
    if (sha256 === null) {
      report.lost.push({ kind: 'image', ref: textAt(listed, 'id'), source: '', what: 'has no content' })
    } else {
      images.push({ id: textAt(listed, 'id'), type: textAt(listed, 'image_type'), sha256 })
    }
  }
  return images
}

function checkImage(report: CheckReport, scan: Scan, images: Image[], collected: unknown): void {
  const [image, ...more] = images.filter(({ sha256 }) => sha256 === scan.sha256)
  if (image === undefined) {
    report.lost.push(scan.finding)
    return
  }
  if (more.length > 0) report.duplicated.push(scan.finding)
  if (image.type === imageTypes[scan.kind]) report.files += 1
  else report.different.push(scan.finding)
  const holders = listAt(collected, 'documents').filter((document) =>
    listAt(document, 'images').some((held) => textAt(held, 'id') === image.id),
  )
  const finding: Finding = { ...scan.finding, kind: 'document' }
  if (holders.length === 0) report.lost.push(finding)
  if (holders.length > 1) report.duplicated.push(finding)
  for (const holder of holders.slice(0, 1)) {
    report.fields += Object.keys(scan.document).length
    for (const path of differences(scan.document, holder)) {
      report.different.push({ ...finding, what: `${scan.path}: ${path}` })
    }
  }
}
