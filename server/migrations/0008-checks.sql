-- What data providers were asked of profiles, and what they answered.

create table profile_check (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  type text not null,
  variant_id uuid,
  state text not null check (state in ('PENDING', 'RUNNING', 'COMPLETE')),
  result text,
  decision text,
  task_ids uuid[] not null,
  is_automatic boolean not null,
  instructed_externally boolean not null,
  -- Whether it found any associate of a company; null where that was not its question.
  found_associates boolean,
  instructed_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  -- Sealed: what was asked (a snapshot), what was answered, what went wrong, and who was asked.
  input bytea not null,
  output bytea,
  errors bytea,
  providers bytea not null,
  primary key (account_id, profile_id, id),
  check ((state = 'COMPLETE') = (decision is not null))
);
select protect_table('profile_check', 'select', 'insert', 'update', 'delete');

-- One provider being asked for a check: what is to be done next, and when.
create table check_run (
  account_id uuid not null,
  profile_id uuid not null,
  check_id uuid not null,
  id uuid not null,
  -- Its place among the providers of the variant, from 0.
  place smallint not null,
  provider text not null,
  -- The integration that was called; null before, and of a provider in this process.
  integration_id uuid,
  state text not null check (state in ('DUE', 'CALLING', 'AWAITING_CALLBACK', 'ENDED')),
  -- The call that is to be made, or is being made.
  step text not null check (step in ('START', 'READY', 'COMPLETE', 'POLL')),
  -- 0 interactive, 1 migration: of the key that caused it.
  work_class smallint not null check (work_class in (0, 1)),
  -- When somebody has to look at it: when the call is due, the lease of a call ends, or the callback is given up.
  next_at timestamptz not null,
  deadline_at timestamptz not null,
  -- Counts the calls: an answer counts only while it is the one that was waited for.
  epoch integer not null,
  attempts integer not null,
  polls integer not null,
  -- A blind token of the provider's name for the check; the name itself and what else it gave are sealed.
  reference_token bigint,
  conversation bytea,
  primary key (account_id, profile_id, id)
);
create index check_run_due on check_run (work_class, next_at) where state <> 'ENDED';
create index check_run_reference on check_run (account_id, reference_token) where reference_token is not null;
select protect_table('check_run', 'select', 'insert', 'update', 'delete');
-- The owner looks across accounts, for the function below, which answers ids and nothing else.
create policy owner_lists on check_run for select to current_user using (true);

-- Callbacks that came before the answer of the call they belong to.
create table early_callback (
  account_id uuid not null,
  integration_id uuid not null,
  reference_token bigint not null,
  custom_data bytea not null,
  received_at timestamptz not null,
  primary key (account_id, reference_token)
);
select protect_table('early_callback', 'select', 'insert', 'update', 'delete');

-- Whose checks of a class are due, longest waiting first, leaving out the profiles that the caller is busy with.
create function due_check_runs(class smallint, clock_offset_ms double precision, busy uuid[], most integer)
returns table (account_id uuid, profile_id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select run.account_id, run.profile_id from public.check_run as run
  where run.state <> 'ENDED' and run.work_class = class
    and run.next_at <= now() + clock_offset_ms * interval '1 millisecond' and run.profile_id <> all (busy)
  order by run.next_at limit most
$$;

revoke execute on function due_check_runs(smallint, double precision, uuid[], integer) from public;
do $$ begin
  execute format('grant execute on function due_check_runs(smallint, double precision, uuid[], integer) to %I', app_role());
end $$;
