#!/bin/sh
# Airflow's database is of this version, its pools and its administrator exist. Safe to repeat: it runs
# before every start. The password of an administrator who is there already is left alone.
set -eu

: "${AIRFLOW_ADMIN_PASSWORD:?the password of Airflow administrator}"
cd "$(dirname "$0")/.."

airflow db migrate
airflow pools import airflow_pools.json
airflow users create --role Admin --username "${AIRFLOW_ADMIN_USER:-admin}" \
    --firstname Counterflow --lastname Administrator --email "${AIRFLOW_ADMIN_EMAIL:-admin@localhost}" \
    --password "$AIRFLOW_ADMIN_PASSWORD"
