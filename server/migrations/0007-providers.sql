-- The data providers of an environment, and what holds for all nodes together: places, rates, outages.

create table provider (
  account_id uuid not null,
  id uuid not null,
  alias text not null,
  name text not null,
  url text not null,
  check_type text not null,
  relationship text not null check (relationship in ('DIRECT', 'RESOLD')),
  state text not null check (state in ('DRAFT', 'VALIDATED', 'DISABLED')),
  -- The first characters of the secret, by which the integration says who it is: one integration of all accounts.
  key_id text not null unique check (length(key_id) = 8),
  secret bytea not null,
  credentials bytea,
  -- What the integration says of itself; nothing of it is about a person.
  description jsonb,
  config jsonb not null default '{}',
  report jsonb,
  validated_at timestamptz,
  calls_per_second integer check (calls_per_second > 0),
  calls_per_minute integer check (calls_per_minute > 0),
  concurrent_calls integer check (concurrent_calls > 0),
  timeout_seconds integer check (timeout_seconds between 1 and 600),
  -- The part of the places and of the rate that a migration may take.
  migration_percent integer not null default 50 check (migration_percent between 1 and 100),
  breaker_failures integer not null default 5 check (breaker_failures > 0),
  limits_url text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, alias),
  check (state <> 'VALIDATED' or description is not null)
);
select protect_table('provider', 'select', 'insert', 'update', 'delete');
create policy find_by_key on provider for select to current_user using (true);

-- Whose integration signs with this key: found before the account is known. Nothing else looks across accounts.
create function find_provider_by_key(key text) returns table (account_id uuid, provider_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select p.account_id, p.id from public.provider p where p.key_id = key and p.state <> 'DISABLED'
$$;

-- One row for each provider, locked for every decision about a call: what is left of its rates, and its breaker.
create table provider_breaker (
  account_id uuid not null,
  provider_id uuid not null,
  -- Calls that may begin at counted_at; null where nothing was taken yet.
  second_tokens double precision,
  minute_tokens double precision,
  counted_at timestamptz,
  -- Until then a migration takes no place, since interactive work found none.
  interactive_waits_until timestamptz,
  -- Failures in a row; openings without an answer between them; while it is open, until when.
  failures integer not null default 0,
  openings integer not null default 0,
  open_until timestamptz,
  -- The one call that tries whether the provider answers again.
  probe_call_id uuid,
  primary key (account_id, provider_id)
);
select protect_table('provider_breaker', 'select', 'insert', 'update', 'delete');

-- The calls under way. A row that has expired is of a node that died.
create table provider_call (
  account_id uuid not null,
  provider_id uuid not null,
  id uuid not null,
  is_migration boolean not null,
  expires_at timestamptz not null,
  primary key (account_id, id)
);
create index provider_call_provider on provider_call (account_id, provider_id);
select protect_table('provider_call', 'select', 'insert', 'delete');

revoke execute on function find_provider_by_key(text) from public;
do $$ begin
  execute format('grant execute on function find_provider_by_key(text) to %I', app_role());
end $$;
