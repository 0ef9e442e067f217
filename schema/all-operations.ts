import * as application from './application.ts'
import { ListAuditItems } from './audit.ts'
import { ApproveCheck, AttachCheck, GetCheck, ListChecks, RejectCheck, RunCheck } from './check.ts'
import { AddDocument } from './collected-data.ts'
import { ListCollectionSteps, ReplaceCollectionSteps } from './collection-step.ts'
import { AddDocumentImage, GetDocumentImage, ListDocumentImages } from './document.ts'
import { CreateEvent, GetEvent, ListEvents, ResolveEvent, ResolveEvents } from './event.ts'
import { AddFile, GetFile } from './file.ts'
import * as monitoring from './monitoring.ts'
import { AddNote, ListNotes, RemoveNote } from './note.ts'
import type { Operation } from './operation.ts'
import * as policies from './policies.ts'
import * as profile from './profile.ts'
import * as provider from './provider.ts'
import { FormatAddress, SearchAddresses, SearchCompanies } from './search.ts'
import { AddTag, RemoveTag, SearchTags } from './tag.ts'
import { CreateTask, GetTask, ListTasks, SetTaskExpiry, SetTaskState } from './task.ts'
import { WhoAmI } from './whoami.ts'

/** Every operation of the API, in the order in which its documentation lists them. */
export const allOperations: readonly Operation[] = [
  profile.ListProfiles,
  profile.CreateProfile,
  profile.GetProfile,
  profile.DeleteProfile,
  profile.GetProfileStatus,
  profile.SetProfileStatus,
  ListAuditItems,
  profile.GetCollectedData,
  profile.ReplaceCollectedData,
  AddDocument,
  application.ListApplications,
  application.CreateApplication,
  application.GetApplication,
  application.DecideApplication,
  application.RevertDecision,
  ListTasks,
  CreateTask,
  GetTask,
  SetTaskState,
  SetTaskExpiry,
  ListNotes,
  AddNote,
  RemoveNote,
  ListChecks,
  RunCheck,
  GetCheck,
  AttachCheck,
  ApproveCheck,
  RejectCheck,
  ListEvents,
  CreateEvent,
  GetEvent,
  ResolveEvents,
  ResolveEvent,
  ListCollectionSteps,
  ReplaceCollectionSteps,
  monitoring.ListMonitoring,
  monitoring.AdoptMonitoring,
  monitoring.GetMonitoringCoverage,
  monitoring.ListRescreens,
  monitoring.CreateRescreen,
  monitoring.GetRescreen,
  monitoring.PauseRescreen,
  monitoring.ResumeRescreen,
  ListDocumentImages,
  AddDocumentImage,
  GetDocumentImage,
  AddFile,
  GetFile,
  AddTag,
  RemoveTag,
  SearchTags,
  policies.GetPolicy,
  policies.GetPolicyDraft,
  policies.SavePolicyDraft,
  policies.DiscardPolicyDraft,
  policies.ValidatePolicyDraft,
  policies.DiffPolicyDraft,
  policies.PublishPolicy,
  policies.ListPolicyVersions,
  policies.GetPolicyVersion,
  policies.RollBackPolicy,
  policies.ListPolicyProducts,
  policies.ListPolicyChecks,
  policies.SwitchCheck,
  policies.ListCheckSwitches,
  SearchCompanies,
  SearchAddresses,
  FormatAddress,
  provider.ListProviders,
  provider.RegisterProvider,
  provider.GetProvider,
  provider.ChangeProvider,
  provider.ValidateProvider,
  provider.RenewProviderSecret,
  provider.RemoveProvider,
  WhoAmI,
]
