-- Who is watched by which provider, and screenings of many profiles at once.

create table monitored (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  -- The provider by alias. What one provider says is never taken over by another.
  provider text not null,
  check_type text not null,
  variant_id uuid,
  -- The check that began it; null where the relation was made elsewhere and adopted.
  check_id uuid,
  state text not null check (state in ('ACTIVE', 'STOPPED')),
  stop_reason text,
  -- How the provider names the relation, and where an adopted one comes from: sealed.
  relation bytea not null,
  -- A keyed hash of the last answer: what came again is no news.
  answer_token bigint,
  -- Whether the provider has been told to watch.
  is_begun boolean not null,
  started_at timestamptz not null,
  stopped_at timestamptz,
  last_looked_at timestamptz,
  -- When it is to be looked at next; while somebody looks, when that is given up.
  next_at timestamptz not null,
  interval_seconds integer not null check (interval_seconds > 0),
  -- Counts the looks: an answer counts only while it is the one that was waited for.
  epoch integer not null,
  failures integer not null,
  primary key (account_id, profile_id, id),
  unique (account_id, profile_id, provider, check_type)
);
create index monitored_due on monitored (next_at) where state = 'ACTIVE';
create index monitored_provider on monitored (account_id, provider, check_type);
select protect_table('monitored', 'select', 'insert', 'update', 'delete');
-- The owner looks across accounts, for the functions below, which answer ids and numbers and nothing else.
create policy owner_lists on monitored for select to current_user using (true);

-- Whose relations are due, longest waiting first.
create function due_monitored(clock_offset_ms double precision, most integer)
returns table (account_id uuid, profile_id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.account_id, m.profile_id from public.monitored m
  where m.state = 'ACTIVE' and m.next_at <= now() + clock_offset_ms * interval '1 millisecond'
  order by m.next_at limit most
$$;

-- A relation that nobody looked at for three intervals, and a quarter of an hour at least, is a gap.
create function monitored_overdue(clock_offset_ms double precision)
returns table (account_id uuid, relations bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.account_id, count(*) from public.monitored m
  where m.state = 'ACTIVE'
    and coalesce(m.last_looked_at, m.started_at) + greatest(3 * m.interval_seconds, 900) * interval '1 second'
      < now() + clock_offset_ms * interval '1 millisecond'
  group by m.account_id
$$;

-- A check that is run for a whole population, profile by profile in the order of their ids.
create table rescreen (
  account_id uuid not null,
  id uuid not null,
  variant_id uuid not null,
  state text not null check (state in ('RUNNING', 'PAUSED', 'DONE')),
  entity_type text not null,
  -- Whom: with a live application for one of these products, with this tag; null for all.
  product_ids uuid[],
  tag_id uuid,
  -- As it was asked for: names out of the configuration.
  asked jsonb not null,
  per_minute integer not null check (per_minute > 0),
  -- All profiles up to this one are done.
  after_profile_id uuid not null,
  total integer not null,
  next_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  actor_kind text not null,
  actor_id uuid,
  primary key (account_id, id)
);
create index rescreen_due on rescreen (next_at) where state = 'RUNNING';
select protect_table('rescreen', 'select', 'insert', 'update');
create policy owner_lists on rescreen for select to current_user using (true);

-- One row for each profile that was reached: none is reached twice.
create table rescreen_check (
  account_id uuid not null,
  rescreen_id uuid not null,
  profile_id uuid not null,
  check_id uuid not null,
  primary key (account_id, rescreen_id, profile_id)
);
create index rescreen_check_profile on rescreen_check (account_id, profile_id);
select protect_table('rescreen_check', 'select', 'insert', 'delete');

create function due_rescreens(clock_offset_ms double precision, most integer)
returns table (account_id uuid, id uuid, actor_kind text, actor_id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select r.account_id, r.id, r.actor_kind, r.actor_id from public.rescreen r
  where r.state = 'RUNNING' and r.next_at <= now() + clock_offset_ms * interval '1 millisecond'
  order by r.next_at limit most
$$;

revoke execute on function due_monitored(double precision, integer), monitored_overdue(double precision),
  due_rescreens(double precision, integer) from public;
do $$ begin
  execute format('grant execute on function due_monitored(double precision, integer) to %I', app_role());
  execute format('grant execute on function monitored_overdue(double precision) to %I', app_role());
  execute format('grant execute on function due_rescreens(double precision, integer) to %I', app_role());
end $$;
