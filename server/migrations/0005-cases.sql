-- What a profile applies for and what remains to be done.

create table application (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  product_id uuid not null,
  associated_role text,
  status text not null,
  flag text not null,
  required_variants uuid[] not null,
  hidden boolean not null default false,
  created_at timestamptz not null,
  primary key (account_id, profile_id, id)
);
select protect_table('application', 'select', 'insert', 'update', 'delete');

create table application_history (
  account_id uuid not null,
  profile_id uuid not null,
  application_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('STATUS', 'FLAG')),
  status text not null,
  flag text not null,
  at timestamptz not null,
  actor_kind text not null,
  actor_id uuid,
  comment bytea,
  primary key (account_id, profile_id, application_id, id)
);
select protect_table('application_history', 'select', 'insert', 'delete');

create table task (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  variant_id uuid not null,
  type text not null,
  state text not null check (state in ('INCOMPLETE', 'COMPLETED_PASS', 'COMPLETED_FAIL')),
  -- A person set it back to incomplete: automation leaves it alone.
  held_by_person boolean not null default false,
  created_at timestamptz not null,
  completed_at timestamptz,
  default_expires_at timestamptz,
  custom_expires_at timestamptz,
  -- Why, in the words of whoever set the expiry: sealed.
  expiry_words bytea,
  expired_at timestamptz,
  expiry_reason text,
  primary key (account_id, profile_id, id)
);
select protect_table('task', 'select', 'insert', 'update', 'delete');

create table task_note (
  account_id uuid not null,
  profile_id uuid not null,
  task_id uuid not null,
  id uuid not null,
  content bytea not null,
  author_kind text not null,
  author_id uuid,
  created_at timestamptz not null,
  removed_at timestamptz,
  primary key (account_id, profile_id, task_id, id)
);
select protect_table('task_note', 'select', 'insert', 'update', 'delete');
