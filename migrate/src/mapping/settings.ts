import { classicLists } from '@drawbridge/schema/associate-lists.ts'
import { z } from 'zod'
import { encodings } from '../sources/encoding.ts'
import { dateOrders, type PlainStep, plainSteps } from './transforms.ts'

const Column = z.string().min(1)

/** One step of a field, a name (`trim`) or a name with its setting (`{ date: DD/MM/YYYY }`). */
export const Step = z.union(
  [
    z.enum(Object.keys(plainSteps) as [PlainStep, ...PlainStep[]]),
    z.strictObject({ date: z.enum(dateOrders) }),
    z.strictObject({ split: z.string().min(1) }),
    z.strictObject({ join: z.string() }),
    z.strictObject({ phone: z.string().regex(/^\+\d{1,4}$/, 'must be a country prefix like "+44"') }),
  ],
  {
    error: `must be one of ${Object.keys(plainSteps).join(', ')}, { date: ${dateOrders.join(' | ')} }, { split: "|" }, { join: " " }, { phone: "+44" }`,
  },
)
export type Step = z.infer<typeof Step>

const Scalar = z.union([z.string(), z.number(), z.boolean()])

const valueRules = {
  transform: z.array(Step).optional(),
  /** What a source value stands for; null drops it. A value that is not here is an error, if `otherwise` says so. */
  values: z.record(z.string(), Scalar.nullable()).optional(),
  otherwise: z.enum(['keep', 'omit', 'unusable']).optional(),
  default: Scalar.optional(),
}

/** Where one target value comes from: a column's name, or columns with steps, or a constant. */
export const Field = z.union(
  [
    Column,
    z.strictObject({ column: Column, ...valueRules }),
    z.strictObject({ columns: z.array(Column).min(1), ...valueRules }),
    z.strictObject({ constant: Scalar }),
  ],
  { error: 'must be a column name, { column: … }, { columns: [ … ] } or { constant: … }' },
)
export type Field = z.infer<typeof Field>

/** A map with one entry, whose key comes from the row too: `{ GBR: "QQ123456C" }`. */
const Entry = z.strictObject({ key: Field, value: Field })

const Fields = z.record(
  z.string().min(1),
  z.union([Entry, Field], {
    error:
      'must be a column name, { column: … }, { columns: [ … ] }, { constant: … } or { key: field, value: field }; with column and columns also values, otherwise, transform, default',
  }),
)
export type Fields = z.infer<typeof Fields>

const Format = z.strictObject({
  encoding: z.enum(encodings).default('utf-8'),
  delimiter: z
    .string()
    .regex(/^[\t -~]$/, 'must be one ASCII character')
    .default(';'),
  quote: z
    .string()
    .regex(/^[!-~]$/, 'must be one ASCII character')
    .default('"'),
})

const sourceRules = {
  file: z.string().min(1),
  encoding: Format.shape.encoding.unwrap().optional(),
  delimiter: Format.shape.delimiter.unwrap().optional(),
  quote: Format.shape.quote.unwrap().optional(),
}

const Party = z.strictObject({
  ...sourceRules,
  /** The column with the source's own number of the party, unique over all parties. */
  ref: Column,
  /** Whether the party is a client (true) or only somebody's associate (false). */
  client: z.union([z.boolean(), Field]).optional(),
  fields: Fields,
  /** Labels of the party, beside the project's own. */
  tags: Field.optional(),
  applications: z.array(z.string().min(1)).optional(),
})
export type Party = z.infer<typeof Party>

const Relations = z.strictObject({
  ...sourceRules,
  company: Column,
  party: Column,
  role: Column,
  roles: z.record(
    z.string(),
    z.strictObject({
      list: z.enum(classicLists),
      fields: Fields.default({}),
      /** The list an ended role goes to; without it the entry stays in `list` with its end date. */
      ended: z.strictObject({ when: Column, list: z.enum(classicLists) }).optional(),
      task_variant_ids: z.array(z.uuid()).optional(),
    }),
  ),
})
export type Relations = z.infer<typeof Relations>

const Documents = z.strictObject({
  ...sourceRules,
  owner: Column,
  /** The column with the file's path, from the project's directory. */
  path: Column,
  title: Column.optional(),
  kind: Column,
  kinds: z.record(
    z.string(),
    z.discriminatedUnion('as', [
      z.strictObject({ as: z.literal('file') }),
      z.strictObject({
        as: z.literal('image'),
        image_type: z.enum(['FRONT', 'BACK', 'FACE']),
        category: z.string().min(1),
        document_type: z.string().min(1),
      }),
    ]),
  ),
  /** `extracted_data` of documents made of images. */
  extracted_data: Fields.default({}),
})
export type Documents = z.infer<typeof Documents>

/** A kind takes one mapping or a list of them; inside it is always a list. */
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).default([]),
  )

/** The file `migration.yaml`, whole. Its pages in the guide document every field. */
export const Settings = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200).default('Migration'),
  target: z.strictObject({
    url: z.url({ protocol: /^https?$/, error: 'must be an address such as https://api.example.com' }),
    /** A file that holds the key alone, or a server's `credentials.json`. From the project's directory. */
    apikey_file: z.string().min(1),
    /** Which key of a `credentials.json`. */
    environment: z.enum(['demo', 'live']).default('demo'),
    /** Whether the target knows `Idempotency-Key`; `auto` looks into its API description. */
    idempotency_keys: z.enum(['auto', 'yes', 'no']).default('auto'),
  }),
  format: Format.prefault({}),
  minimum: z
    .strictObject({
      /** `full` where electronic identity checks or a KYC refresh are wanted (R53); else the country is enough (R54). */
      address: z.enum(['full', 'country']).default('full'),
    })
    .prefault({}),
  /**
   * Data that must be there beside the minimum, since a provider (R62), a risk model (R63) or people's own work
   * (R64) needs it: rows without it are unusable.
   */
  required: z
    .array(
      z.strictObject({
        of: z.enum(['individuals', 'companies', 'persons']),
        path: z.string().min(1),
        because: z.string().min(1),
      }),
    )
    .default([]),
  /** Labels of every migrated profile (R74). */
  tags: z.array(z.string().min(1).max(64)).default(['migrated']),
  individuals: oneOrMore(Party),
  companies: oneOrMore(Party),
  persons: oneOrMore(Party),
  relations: oneOrMore(Relations),
  documents: oneOrMore(Documents),
})
export type Settings = z.infer<typeof Settings>
