import { AddDocument } from '@drawbridge/schema/collected-data.ts'
import { AddDocumentImage, GetDocumentImage, ListDocumentImages } from '@drawbridge/schema/document.ts'
import { bind, bindStaged } from '../../platform/http/index.ts'
import { stageBlob } from '../files/index.ts'
import { addDocument } from './add-document.ts'
import { addDocumentImage } from './add-document-image.ts'
import { getDocumentImage } from './get-document-image.ts'
import { listDocumentImages } from './list-document-images.ts'
import { presentImage } from './present.ts'

export const routes = [
  bind(AddDocument, addDocument, async (_scope, document) => document),
  bind(ListDocumentImages, listDocumentImages),
  bindStaged(AddDocumentImage, stageBlob, addDocumentImage, async (_scope, image) => presentImage(image)),
  bind(GetDocumentImage, getDocumentImage),
]
