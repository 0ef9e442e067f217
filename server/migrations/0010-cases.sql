-- What the decisions of a case look at and leave behind.

alter table application
  add column risk_level text check (risk_level in ('LOW', 'MEDIUM', 'HIGH', 'UNDETERMINED')),
  -- Null when the level is UNDETERMINED.
  add column risk_score double precision,
  -- A person sent it to review or took a decision back: automation leaves its status alone until one has decided.
  add column held_by_person boolean not null default false,
  -- Whether a person has been told that the application waits for one.
  add column manual_action_raised boolean not null default false;

-- Of a decision, the reasons of the policy that were named with it.
alter table application_history add column decision_reasons uuid[] not null default '{}';

alter table task
  -- The next version, which waits for this one to end.
  add column successor_id uuid,
  -- Not asked for: the first version of a variant that skips it.
  add column skipped boolean not null default false;

-- When a case must be looked at again by the clock: a version of a task nears its end or ends, an age changes.
create table case_due (
  account_id uuid not null,
  profile_id uuid not null,
  due_at timestamptz,
  primary key (account_id, profile_id)
);
select protect_table('case_due', 'select', 'insert', 'update (due_at)', 'delete');
create index case_due_by_time on case_due (account_id, due_at, profile_id) where due_at is not null;
