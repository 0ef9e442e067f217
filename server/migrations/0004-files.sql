-- Files and document images. The sealed bytes are in the storage under blob_id; what describes them is sealed here.

create table file (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  blob_id uuid not null,
  mime text not null,
  bytes integer not null,
  -- Name and SHA-256, sealed: either could name the person.
  description bytea not null,
  created_at timestamptz not null,
  primary key (account_id, profile_id, id)
);
select protect_table('file', 'select', 'insert', 'delete');

create table document_image (
  account_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  file_id uuid not null,
  image_type text not null check (image_type in ('FRONT', 'BACK', 'FACE')),
  provider_reference bytea,
  document_id uuid,
  uploaded_at timestamptz not null,
  primary key (account_id, profile_id, id)
);
select protect_table('document_image', 'select', 'insert', 'update', 'delete');

-- Which of these blobs are referred to, in whatever account; for the collection of the rest.
create policy find_blobs on file for select to current_user using (true);
create index file_blob_id on file (blob_id);
create function blobs_in_use(blob_ids uuid[]) returns table (blob_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select f.blob_id from public.file f where f.blob_id = any(blob_ids)
$$;
revoke execute on function blobs_in_use(uuid[]) from public;
do $$ begin
  execute format('grant execute on function blobs_in_use(uuid[]) to %I', app_role());
end $$;
