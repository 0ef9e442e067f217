import {
  ChangeProvider,
  GetProvider,
  ListProviders,
  RegisterProvider,
  RemoveProvider,
  RenewProviderSecret,
  ValidateProvider,
} from '@drawbridge/schema/provider.ts'
import { FormatAddress, SearchAddresses, SearchCompanies } from '@drawbridge/schema/search.ts'
import { bind, bindStaged } from '../../platform/http/index.ts'
import { bindAsking } from './bind-asking.ts'
import { changeProvider } from './change-provider.ts'
import { getProvider, listProviders } from './list-providers.ts'
import { checkNewUrl, registerProvider, renewSecret, showRegistered } from './register-provider.ts'
import { removeProvider } from './remove-provider.ts'
import { formatAddress, searchAddresses } from './search-addresses.ts'
import { searchCompanies } from './search-companies.ts'
import { examineProvider, keepValidation } from './validate-provider.ts'

export const routes = [
  bind(ListProviders, listProviders),
  bindStaged(RegisterProvider, checkNewUrl, registerProvider, showRegistered),
  bind(GetProvider, getProvider),
  bindStaged(ChangeProvider, checkNewUrl, changeProvider, getProvider),
  bindStaged(ValidateProvider, examineProvider, keepValidation, getProvider),
  bind(RenewProviderSecret, renewSecret, showRegistered),
  bind(RemoveProvider, removeProvider),
  bindAsking(SearchCompanies, searchCompanies),
  bindAsking(SearchAddresses, searchAddresses),
  bindAsking(FormatAddress, formatAddress),
]
