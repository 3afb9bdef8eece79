#!/bin/sh
# The roles and databases of Counterflow, made once by PostgreSQL's superuser, each role with only what it needs:
#   airflow             owns the database airflow (Airflow's metadata, Celery's results), enters no other
#   counterflow_writer  owns the database counterflow: migrations, landing, dbt, the record of writes
#   counterflow_reader  reads marts, sync and settings there: the view in Airflow's UI, reports, analysts
#   counterflow_portal  the customer's page: may ask for one order's page and give its answer, reads no table
#   counterflow_staff   the staff's pages: what connections/schema/005_staff.sql lets it
#
# The postgres image runs it when its volume is empty. Elsewhere: PGHOST, PGPORT, PGUSER and PGPASSWORD
# name the server and its superuser. The passwords come from the environment.
set -eu

: "${AIRFLOW_DB_PASSWORD:?the password of role airflow}"
: "${WRITER_DB_PASSWORD:?the password of role counterflow_writer}"
: "${READER_DB_PASSWORD:?the password of role counterflow_reader}"
: "${PORTAL_DB_PASSWORD:?the password of role counterflow_portal}"
: "${STAFF_DB_PASSWORD:?the password of role counterflow_staff}"
export AIRFLOW_DB_PASSWORD WRITER_DB_PASSWORD READER_DB_PASSWORD PORTAL_DB_PASSWORD STAFF_DB_PASSWORD

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "${PGUSER:-$POSTGRES_USER}" --dbname postgres <<'SQL'
-- getenv, not arguments: those show in the list of processes
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv counterflow_password WRITER_DB_PASSWORD
\getenv reader_password READER_DB_PASSWORD
\getenv portal_password PORTAL_DB_PASSWORD
\getenv staff_password STAFF_DB_PASSWORD
set password_encryption = 'scram-sha-256';

create role airflow login nosuperuser nocreatedb nocreaterole password :'airflow_password';
create role counterflow_writer login nosuperuser nocreatedb nocreaterole password :'counterflow_password';
create role counterflow_reader login nosuperuser nocreatedb nocreaterole password :'reader_password';
alter role counterflow_reader set default_transaction_read_only = on;

-- a migration by somebody who may make roles has made these two already, without a sign-in
select format('create role %I', wanted) from unnest(array['counterflow_portal', 'counterflow_staff']) as wanted
where not exists (select from pg_roles where rolname = wanted)
\gexec
alter role counterflow_portal login nosuperuser nocreatedb nocreaterole connection limit 50 password :'portal_password';
alter role counterflow_staff login nosuperuser nocreatedb nocreaterole connection limit 50 password :'staff_password';

create database airflow owner airflow;
create database counterflow owner counterflow_writer;
revoke all on database postgres, airflow, counterflow from public;
grant connect on database counterflow to counterflow_reader, counterflow_portal, counterflow_staff;

\connect counterflow
revoke all on schema public from public;
create schema marts authorization counterflow_writer;
create schema sync authorization counterflow_writer;
create schema settings authorization counterflow_writer;
grant usage on schema marts, sync, settings to counterflow_reader;
alter default privileges for role counterflow_writer in schema marts grant select on tables to counterflow_reader;
alter default privileges for role counterflow_writer in schema sync grant select on tables to counterflow_reader;
alter default privileges for role counterflow_writer in schema settings grant select on tables to counterflow_reader;
SQL
