-- What every room stands on: tenant isolation, keys, facts, checkpoints, the way into the job queue.

-- The role that everything but migrations runs as. Roles come in pairs: <name>_owner runs this file, <name>_app
-- works. The names are not those of the database, since several databases may share one pair.
create function app_role() returns name language plpgsql stable as $$
begin
  if current_user !~ '_owner$' then
    raise exception 'Migrations run as a role named <name>_owner, not as %', current_user
      using hint = 'Connect with the role that owns the database; its partner <name>_app is granted the rights.';
  end if;
  return regexp_replace(current_user, '_owner$', '_app');
end $$;

-- Shuts a table to all but the account named in app.account_id, its owner included, and grants the application
-- role the privileges named: select protect_table('tag', 'select', 'insert', 'update (name)', 'delete').
create function protect_table(target regclass, variadic privileges text[] default '{}') returns void language plpgsql as $$
declare
  privilege text;
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy one_account on %s '
    'using (account_id = nullif(current_setting(''app.account_id'', true), '''')::uuid) '
    'with check (account_id = nullif(current_setting(''app.account_id'', true), '''')::uuid)', target);
  foreach privilege in array privileges loop
    if privilege !~ '^(select|insert|update|delete)( \([a-z_, ]+\))?$' then
      raise exception 'Not a privilege on a table: %', privilege;
    end if;
    execute format('grant %s on %s to %I', privilege, target, app_role());
  end loop;
end $$;

revoke execute on function app_role(), protect_table(regclass, text[]) from public;

do $$ begin
  execute format('grant usage on schema %I to %I', current_schema(), app_role());
end $$;

-- One row per version of an account's keys, wrapped by a key-encryption key.
create table account_key (
  account_id uuid not null,
  purpose text not null check (purpose in ('data', 'index')),
  version integer not null check (version > 0),
  kek_id text not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (account_id, purpose, version)
);
select protect_table('account_key', 'select', 'insert', 'update (kek_id, wrapped, retired_at)');
-- The owner reads across accounts, for the functions below, which answer ids and nothing else.
create policy owner_lists on account_key for select to current_user using (true);

-- Accounts with a key wrapped by another key-encryption key than the one named: what a rotation still has to do.
create function accounts_not_under_kek(current_kek text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select distinct account_id from public.account_key where kek_id <> current_kek
$$;

-- Every account of this database, for what is done to each in turn.
create function accounts_with_keys() returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select distinct account_id from public.account_key
$$;

-- What happened. Written with the change; position and hash are laid later by the sequencer, once, and nothing
-- else of a row ever changes.
create table fact (
  account_id uuid not null,
  seq bigint generated always as identity,
  id uuid not null,
  profile_id uuid,
  kind text not null,
  actor_kind text not null check (actor_kind in ('key', 'user', 'policy', 'system')),
  actor_id text,
  at timestamptz not null,
  key_id bytea not null,
  payload bytea not null,
  position bigint check (position > 0),
  hash bytea check (length(hash) = 32),
  primary key (account_id, seq),
  check ((position is null) = (hash is null))
);
create index fact_unsequenced on fact (account_id, seq) where position is null;
create unique index fact_position on fact (account_id, position) where position is not null;
create index fact_profile on fact (account_id, profile_id, seq) where profile_id is not null;
select protect_table('fact', 'select', 'insert', 'update (position, hash)');
create policy owner_lists on fact for select to current_user using (true);

create function fact_refuses_change() returns trigger language plpgsql as $$
begin
  raise exception 'A fact is never changed or removed' using errcode = 'insufficient_privilege';
end $$;
-- Laying the position and the hash, once, is the one change let through; the condition costs no call.
create trigger fact_is_laid_once before update on fact for each row
  when (not (old.position is null and new.position is not null
    and (new.account_id, new.seq, new.id, new.profile_id, new.kind, new.actor_kind, new.actor_id, new.at,
         new.key_id, new.payload)
        is not distinct from
        (old.account_id, old.seq, old.id, old.profile_id, old.kind, old.actor_kind, old.actor_id, old.at,
         old.key_id, old.payload)))
  execute function fact_refuses_change();
create trigger fact_is_not_removed before delete on fact
  for each row execute function fact_refuses_change();
create trigger fact_is_not_truncated before truncate on fact
  for each statement execute function fact_refuses_change();

create function accounts_with_unsequenced_facts() returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  found_account uuid;
begin
  -- One step of the index per account, however long each account's tail is.
  select account_id into found_account from public.fact where position is null order by account_id, seq limit 1;
  while found_account is not null loop
    return next found_account;
    select account_id into found_account from public.fact
      where position is null and account_id > found_account order by account_id, seq limit 1;
  end loop;
end $$;

-- The last word about an account's ledger that was signed; the signed lines themselves leave the database.
create table checkpoint (
  account_id uuid not null,
  position bigint not null check (position > 0),
  hash bytea not null check (length(hash) = 32),
  at timestamptz not null,
  key_id text not null,
  signature bytea not null,
  primary key (account_id, position)
);
select protect_table('checkpoint', 'select', 'insert');
create policy owner_lists on checkpoint for select to current_user using (true);

create function accounts_to_checkpoint() returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select account.account_id
  from (select distinct account_id from public.account_key) as account
  where (select position from public.fact
         where fact.account_id = account.account_id and position is not null order by position desc limit 1)
        > coalesce((select max(position) from public.checkpoint
                    where checkpoint.account_id = account.account_id), 0)
$$;

-- The only way of the application into the job queue: the account comes from the transaction, never from the
-- caller, and a payload is a flat object of ids.
create function add_job_for_account(identifier text, payload json, job_key text, run_at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  account uuid := nullif(current_setting('app.account_id', true), '')::uuid;
  entry record;
begin
  if account is null then
    raise exception 'A job needs the account of its transaction: app.account_id is not set';
  end if;
  for entry in select key, value, json_typeof(value) as kind from json_each(coalesce(payload, '{}'::json)) loop
    if entry.kind <> 'string' or entry.value #>> '{}' !~ '^[A-Za-z0-9._:/-]{1,128}$' then
      raise exception 'A job carries ids only: % is not one', entry.key;
    end if;
  end loop;
  perform graphile_worker.add_job(
    identifier,
    json_build_object('account_id', account, 'ids', coalesce(payload, '{}'::json)),
    run_at => run_at,
    job_key => case when job_key is null then null else account || '/' || job_key end);
end $$;

revoke execute on function accounts_not_under_kek(text), accounts_with_keys(), accounts_with_unsequenced_facts(),
  accounts_to_checkpoint(), add_job_for_account(text, json, text, timestamptz), fact_refuses_change() from public;
do $$ begin
  execute format(
    'grant execute on function accounts_not_under_kek(text), accounts_with_keys(), accounts_with_unsequenced_facts(), '
    'accounts_to_checkpoint(), add_job_for_account(text, json, text, timestamptz) to %I', app_role());
end $$;
