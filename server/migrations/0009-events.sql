-- Matches and alerts that somebody has to look at, and the data that is still waited for.

create table profile_event (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  type text not null,
  resolution text not null
    check (resolution in ('UNRESOLVED', 'MISMATCH', 'MATCH', 'IGNORE', 'CREATED_TASK')),
  -- The check that found it first; null when nobody's check did.
  check_id uuid,
  -- Keyed hashes: of what was matched, and of what is said of it. Neither can be read back.
  match_token bigint,
  content_token bigint,
  -- What is said of the match, and why it was resolved as it was: sealed.
  data bytea not null,
  reason bytea,
  created_at timestamptz not null,
  -- When it came, or came again with other content: tasks that passed before are open again.
  changed_at timestamptz not null,
  resolved_at timestamptz,
  task_ids uuid[] not null default '{}',
  primary key (account_id, profile_id, id)
);
select protect_table('profile_event', 'select', 'insert', 'update', 'delete');

-- The steps of a profile in their order: kinds of data, never the data.
create table collection_step (
  account_id uuid not null,
  profile_id uuid not null,
  steps jsonb not null,
  changed_at timestamptz not null,
  primary key (account_id, profile_id)
);
select protect_table('collection_step', 'select', 'insert', 'update', 'delete');
