import { AddFile, GetFile } from '@drawbridge/schema/file.ts'
import { bind, staged } from '../../platform/http/index.ts'
import { addFile } from './add-file.ts'
import { getFile } from './get-file.ts'
import { stageBlob } from './stage-blob.ts'

export const routes = [
  staged(
    stageBlob,
    bind(AddFile, addFile, async (_scope, file) => file),
  ),
  bind(GetFile, getFile),
]
