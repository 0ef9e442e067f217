import * as policies from '@drawbridge/schema/policies.ts'
import { bind } from '../../platform/http/index.ts'
import { currentPolicy } from './current-policy.ts'
import { discardDraft, saveDraft, showDraft } from './draft.ts'
import { diffDraft, validateDraft } from './inspect-draft.ts'
import { listVersions, showVersion } from './list-versions.ts'
import { presentProduct } from './present.ts'
import { publishDraft, readVersion, rollBackPolicy } from './publish.ts'
import { listChecks, listSwitches, showCheck, switchCheck } from './switch-check.ts'

export const routes = [
  bind(policies.GetPolicy, currentPolicy),
  bind(policies.GetPolicyDraft, showDraft),
  bind(policies.SavePolicyDraft, (scope, input) => saveDraft(scope, input.body, input.if_match), showDraft),
  bind(policies.DiscardPolicyDraft, discardDraft, async () => ({})),
  bind(policies.ValidatePolicyDraft, validateDraft),
  bind(policies.DiffPolicyDraft, diffDraft),
  bind(policies.PublishPolicy, publishDraft, showVersion),
  bind(policies.ListPolicyVersions, listVersions),
  bind(policies.GetPolicyVersion, (scope, { version }) => readVersion(scope, version)),
  bind(policies.RollBackPolicy, rollBackPolicy, showVersion),
  bind(policies.ListPolicyProducts, async (scope) => {
    const policy = await currentPolicy(scope)
    return policy.products.map((product) => presentProduct(policy, product))
  }),
  bind(policies.ListPolicyChecks, listChecks),
  bind(policies.SwitchCheck, switchCheck, showCheck),
  bind(policies.ListCheckSwitches, listSwitches),
]
