export { presentImage } from './present.ts'
export { deleteImages, selectImages } from './queries.ts'
export { routes } from './routes.ts'
