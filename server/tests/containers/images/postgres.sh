#!/usr/bin/env bash
# Takes POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB as the official image does.
set -euo pipefail
data=/var/lib/postgresql/data
bin=$(echo /usr/lib/postgresql/*/bin)
chown postgres "$data"
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
if [ ! -f "$data/PG_VERSION" ]; then
  install -o postgres -m 600 /dev/stdin /tmp/password <<<"$POSTGRES_PASSWORD"
  as_postgres "$bin/initdb" -D "$data" -U "$POSTGRES_USER" -A scram-sha-256 -E UTF8 --pwfile=/tmp/password
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  as_postgres "$bin/pg_ctl" -D "$data" -w -o "-c listen_addresses= -k /tmp" start
  PGPASSWORD=$POSTGRES_PASSWORD createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
  as_postgres "$bin/pg_ctl" -D "$data" -w stop
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups "$bin/postgres" -D "$data" -c 'listen_addresses=*' -k /tmp
