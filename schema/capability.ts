/**
 * Who may do what: one table. The names are the wire's (`CapabilityType`), the columns the classes of API key.
 * Every route is behind it; a test walks every cell.
 */
export const keyClasses = ['MASTER', 'ONBOARDING', 'MIGRATION'] as const

/** What a key is for. A master key may do everything that a key can do at all. */
export type KeyClass = (typeof keyClasses)[number]

const all = ['MASTER', 'ONBOARDING', 'MIGRATION'] as const
const master = ['MASTER'] as const

export const capabilities = {
  READ_PROFILE: all,
  CREATE_PROFILE: all,
  EDIT_PROFILE: all,
  DELETE_PROFILE: master,
  SEARCH: all,
  READ_PROFILE_COLLECTED_DATA: all,
  EDIT_PROFILE_COLLECTED_DATA: all,
  READ_DOCUMENT_IMAGE: all,
  UPLOAD_DOCUMENT_IMAGE: all,
  VIEW_APPLICATION: all,
  CREATE_PRODUCT_APPLICATION: all,
  EDIT_PRODUCT_APPLICATION_STATUS: all,
  CREATE_PROFILE_TASK: all,
  EDIT_TASK_COMPLETION_STATUS: all,
  CREATE_TASK_NOTE: all,
  DELETE_TASK_NOTE: all,
  CREATE_PROFILE_TAG: all,
  DELETE_PROFILE_TAG: all,
  RUN_CHECK: all,
  MANAGE_PEP_AND_SANCTIONS_MATCHES: all,
  READ_PROFILE_COLLECTION_STEPS: all,
  EDIT_PROFILE_COLLECTION_STEPS: all,
  PROVIDER_DATA_SEARCH: all,
  VIEW_CONFIG: master,
  EDIT_CONFIG: master,
  VIEW_API_KEYS: master,
} as const satisfies Record<string, readonly KeyClass[]>

export type Capability = keyof typeof capabilities

/** Whether a key of this class has the capability. */
export function keyMay(keyClass: KeyClass, capability: Capability): boolean {
  return (capabilities[capability] as readonly KeyClass[]).includes(keyClass)
}
