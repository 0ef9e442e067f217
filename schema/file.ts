import { z } from 'zod'
import { operation } from './operation.ts'
import { Uuid } from './scalars.ts'

/** The name of a file that came without one. */
export const untitled = 'Untitled'

/** A file without its content. */
export const MinimalFileResource = z
  .object({ id: Uuid, name: z.string().max(255).optional() })
  .meta({ id: 'MinimalFileResource' })
export type MinimalFileResource = z.infer<typeof MinimalFileResource>

/** A file; `decrypted_data` is a data URI. */
export const FileResource = z
  .object({ id: Uuid, name: z.string(), decrypted_data: z.string() })
  .meta({ id: 'FileResource' })
export type FileResource = z.infer<typeof FileResource>

/** A file to upload: Base64 or a Base64 data URI of a PDF, JPEG, PNG or GIF (R70 to R72), 50 MB decoded at most. */
export const NewFile = z.object({
  data: z.string().min(1),
  name: z.string().min(1).max(255).default(untitled),
})
export type NewFile = z.infer<typeof NewFile>

export const AddFile = operation({
  name: 'AddFile',
  summary: 'Uploads a file to a profile',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/files',
  may: 'EDIT_PROFILE',
  params: z.object({ profile_id: Uuid }),
  body: NewFile,
  output: z.object({ id: Uuid, name: z.string() }),
  size: 'file',
})

export const GetFile = operation({
  name: 'GetFile',
  summary: 'Gets a file of a profile with its content',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/files/{file_id}',
  may: 'READ_PROFILE',
  params: z.object({ profile_id: Uuid, file_id: Uuid }),
  output: FileResource,
})
