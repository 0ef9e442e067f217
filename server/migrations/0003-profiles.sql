-- The bare row of a profile, the owner of its data key, what finds it, and what is known about it.

create table profile (
  account_id uuid not null,
  id uuid not null,
  entity_type text not null check (entity_type in ('INDIVIDUAL', 'COMPANY')),
  role text not null,
  category text not null,
  status text not null,
  country text,
  -- Milliseconds since 1970 of the newest version of the collected data; strictly increasing.
  version bigint not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (account_id, id)
);
create index profile_category on profile (account_id, category, id);
select protect_table('profile', 'select', 'insert', 'update', 'delete');

-- Destroying this row is the erasure of everything sealed under the key.
create table profile_key (
  account_id uuid not null,
  profile_id uuid not null,
  wrapped bytea not null,
  primary key (account_id, profile_id)
);
select protect_table('profile_key', 'select', 'insert', 'update', 'delete');

-- How many profiles there are, in slots that are summed, so that no two creations wait for one row.
create table profile_count (
  account_id uuid not null,
  category text not null,
  slot smallint not null,
  profiles bigint not null,
  primary key (account_id, category, slot)
);
select protect_table('profile_count', 'select', 'insert', 'update');

-- The blind index: keyed hashes of what a profile can be found by. Ids are in the order of time.
create table profile_term (
  account_id uuid not null,
  term bigint not null,
  profile_id uuid not null,
  primary key (account_id, term, profile_id)
);
select protect_table('profile_term', 'select', 'insert', 'delete');

-- Held by the customer-role profile that has the reference; deletion frees it.
create table customer_reference (
  account_id uuid not null,
  reference bytea not null,
  profile_id uuid not null,
  primary key (account_id, reference)
);
create index customer_reference_profile on customer_reference (account_id, profile_id);
select protect_table('customer_reference', 'select', 'insert', 'delete');

create table collected_data (
  account_id uuid not null,
  profile_id uuid not null,
  version bigint not null,
  document bytea not null,
  written_at timestamptz not null,
  primary key (account_id, profile_id, version)
);
select protect_table('collected_data', 'select', 'insert', 'delete');

-- Which profile is an associate of which company; the details are sealed in the company's collected data.
create table associate_link (
  account_id uuid not null,
  company_id uuid not null,
  associate_id uuid not null,
  profile_id uuid not null,
  roles text[] not null,
  is_circular boolean not null,
  primary key (account_id, company_id, associate_id)
);
create index associate_link_profile on associate_link (account_id, profile_id, company_id);
select protect_table('associate_link', 'select', 'insert', 'update', 'delete');

create table tag (
  account_id uuid not null,
  id uuid not null,
  term bigint not null,
  name bytea not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, term)
);
select protect_table('tag', 'select', 'insert', 'update (term)');

create table profile_tag (
  account_id uuid not null,
  profile_id uuid not null,
  tag_id uuid not null,
  added_at timestamptz not null,
  primary key (account_id, profile_id, tag_id)
);
create index profile_tag_tag on profile_tag (account_id, tag_id, profile_id);
select protect_table('profile_tag', 'select', 'insert', 'delete');

create table tag_count (
  account_id uuid not null,
  tag_id uuid not null,
  slot smallint not null,
  profiles bigint not null,
  primary key (account_id, tag_id, slot)
);
select protect_table('tag_count', 'select', 'insert', 'update');

-- Profiles that were erased. The list leaves the database too, so that a restored backup can be told.
create table erasure (
  account_id uuid not null,
  profile_id uuid not null,
  erased_at timestamptz not null,
  primary key (account_id, profile_id)
);
select protect_table('erasure', 'select', 'insert');
