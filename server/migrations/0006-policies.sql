-- What each environment decides by, and the checks that are switched off for a time.

-- Versions that were published. An environment without any is decided by the policy that ships with the release; the
-- first one published keeps that as version 1.
create table policy_version (
  account_id uuid not null,
  version integer not null check (version > 0),
  -- json, not jsonb: the order of what it holds is kept.
  document json not null,
  -- Of the shipped version: null.
  published_at timestamptz,
  actor_kind text not null,
  actor_id text,
  rolled_back_to integer,
  primary key (account_id, version)
);
select protect_table('policy_version', 'select', 'insert');

-- The one draft of an environment.
create table policy_draft (
  account_id uuid not null,
  document json not null,
  saved_at timestamptz not null,
  actor_kind text not null,
  actor_id text,
  primary key (account_id)
);
select protect_table('policy_draft', 'select', 'insert', 'update', 'delete');

-- Every time a check was switched off or on again; the newest of a variant holds.
create table check_switch (
  account_id uuid not null,
  variant_id uuid not null,
  seq bigint generated always as identity,
  is_on boolean not null,
  reason text not null,
  -- When a check that is off comes back on by itself.
  until timestamptz,
  switched_at timestamptz not null,
  actor_kind text not null,
  actor_id text,
  primary key (account_id, variant_id, seq)
);
select protect_table('check_switch', 'select', 'insert');
