-- Institutions, their environments, their keys, and what protects every request.

create table institution (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);

-- An account is one environment (demo or live) of one institution.
create table account (
  id uuid primary key,
  institution_id uuid not null references institution (id),
  environment text not null check (environment in ('demo', 'live')),
  created_at timestamptz not null,
  accepts_query_key boolean not null default false,
  unique_customer_ref boolean not null default true,
  -- Associates may share a reference unless the environment says otherwise, as while clients are migrated.
  unique_associate_ref boolean not null default false,
  calls_per_hour integer check (calls_per_hour > 0),
  unique (institution_id, environment)
);

create table api_key (
  account_id uuid not null references account (id),
  id uuid not null,
  name text not null,
  class text not null check (class in ('MASTER', 'ONBOARDING', 'MIGRATION')),
  prefix text not null,
  hash bytea not null unique,
  created_at timestamptz not null,
  valid_from timestamptz not null,
  max_in_flight integer check (max_in_flight > 0),
  revoked_at timestamptz,
  primary key (account_id, id)
);

alter table institution enable row level security;
alter table institution force row level security;
alter table account enable row level security;
alter table account force row level security;

-- Definer functions run as the owner, whom FORCE binds too: what they read is named here.
create policy own_institution on institution using (
  id = nullif(current_setting('app.institution_id', true), '')::uuid
  or id = (select institution_id from account where account.id = nullif(current_setting('app.account_id', true), '')::uuid)
);
create policy find_by_key on institution for select to current_user using (true);
create policy own_account on account using (id = nullif(current_setting('app.account_id', true), '')::uuid);
create policy find_by_key on account for select to current_user using (true);

select protect_table('api_key', 'select', 'insert', 'update (revoked_at)');
create policy find_by_key on api_key for select to current_user using (true);

do $$
begin
  execute format('grant select, insert on institution to %I', regexp_replace(current_user, '_owner$', '_app'));
  execute format('grant select, insert, update on account to %I', regexp_replace(current_user, '_owner$', '_app'));
end $$;

-- The account of a key, found without knowing the account. Nothing else may look across accounts.
create function find_api_key(key_hash bytea)
  returns table (
    account_id uuid, key_id uuid, class text, valid_from timestamptz, found_at timestamptz, max_in_flight integer,
    accepts_query_key boolean, calls_per_hour integer
  )
  language sql stable security definer set search_path = public, pg_temp as $$
  select k.account_id, k.id, k.class, k.valid_from, now(), k.max_in_flight, a.accepts_query_key, a.calls_per_hour
  from api_key k join account a on a.id = k.account_id
  where k.hash = key_hash and k.revoked_at is null
$$;

-- The environments of this installation, for work that takes one account at a time.
create function list_accounts() returns table (account_id uuid, institution_id uuid, environment text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select id, institution_id, environment from account order by created_at, environment
$$;

-- A place among the requests of one key, held until the transaction ends; the search starts anywhere, so that
-- the places are not all tried in the same order.
create function take_request_place(key_id uuid, places integer) returns boolean
  language plpgsql volatile set search_path = public, pg_temp as $$
declare
  first integer := floor(random() * places)::integer;
begin
  for step in 0 .. places - 1 loop
    if pg_try_advisory_xact_lock(hashtext(key_id::text), (first + step) % places) then
      return true;
    end if;
  end loop;
  return false;
end $$;

create table rate_bucket (
  account_id uuid not null,
  operation text not null,
  tokens double precision not null,
  counted_at timestamptz not null,
  primary key (account_id, operation)
);
select protect_table('rate_bucket');
create policy take_token on rate_bucket to current_user using (true) with check (true);

-- Takes one call from a bucket that holds an hour's calls and refills evenly.
create function take_rate_token(account uuid, called text, per_hour integer)
  returns table (allowed boolean, remaining integer, reset_seconds integer)
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  held double precision;
begin
  insert into rate_bucket as b (account_id, operation, tokens, counted_at)
  values (account, called, per_hour, clock_timestamp())
  on conflict (account_id, operation) do update
    set tokens = least(per_hour, b.tokens + extract(epoch from clock_timestamp() - b.counted_at) * per_hour / 3600.0),
        counted_at = clock_timestamp()
  returning tokens into held;
  allowed := held >= 1;
  if allowed then
    held := held - 1;
    update rate_bucket set tokens = held where account_id = account and operation = called;
  end if;
  remaining := floor(held)::integer;
  reset_seconds := ceil((per_hour - held) * 3600.0 / per_hour)::integer;
  return next;
end $$;

-- The reply of every request that carried an Idempotency-Key, kept with the change it made.
create table idempotency (
  account_id uuid not null,
  key text not null,
  fingerprint bytea not null,
  status smallint,
  headers jsonb,
  body bytea,
  profile_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (account_id, key)
);
create index idempotency_expiry on idempotency (account_id, expires_at);
create index idempotency_profile on idempotency (account_id, profile_id) where body is not null;
select protect_table('idempotency', 'select', 'insert', 'update', 'delete');

revoke execute on function find_api_key(bytea), list_accounts(), take_request_place(uuid, integer),
  take_rate_token(uuid, text, integer) from public;
do $$ begin
  execute format(
    'grant execute on function find_api_key(bytea), list_accounts(), take_request_place(uuid, integer), '
    'take_rate_token(uuid, text, integer) to %I', app_role());
end $$;
