import { AddFile, GetFile } from '@drawbridge/schema/file.ts'
import { bind, bindStaged } from '../../platform/http/index.ts'
import { addFile } from './add-file.ts'
import { getFile } from './get-file.ts'
import { stageBlob } from './stage-blob.ts'

export const routes = [
  bindStaged(AddFile, stageBlob, addFile, async (_scope, file) => file),
  bind(GetFile, getFile),
]
