import {
  CreateProfile,
  DeleteProfile,
  GetCollectedData,
  GetProfile,
  GetProfileStatus,
  ListProfiles,
  ReplaceCollectedData,
  SetProfileStatus,
} from '@drawbridge/schema/profile.ts'
import { bind } from '../../platform/http/index.ts'
import { createProfile } from './create-profile.ts'
import { deleteProfile } from './delete-profile.ts'
import { getCollectedData, showCollectedData } from './get-collected-data.ts'
import { getProfile, showProfile } from './get-profile.ts'
import { getProfileStatus } from './get-profile-status.ts'
import { listProfiles } from './list-profiles.ts'
import { replaceCollectedData } from './replace-collected-data.ts'
import { setProfileStatus } from './set-profile-status.ts'

export const routes = [
  bind(ListProfiles, listProfiles),
  bind(CreateProfile, createProfile, showProfile),
  bind(GetProfile, getProfile),
  bind(DeleteProfile, deleteProfile, async () => ({})),
  bind(GetProfileStatus, getProfileStatus),
  bind(SetProfileStatus, setProfileStatus, (scope, _none, input) =>
    getProfileStatus(scope, { ...input, body: undefined }),
  ),
  bind(GetCollectedData, getCollectedData),
  bind(ReplaceCollectedData, replaceCollectedData, showCollectedData),
]
