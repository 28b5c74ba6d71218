#!/bin/sh
# Builds the image, writes .env with new secrets where there is none, and starts all services.
#   ./run.sh          compose.yaml: two web processes, a worker, PostgreSQL, Redis, RabbitMQ, S3, nginx
#   ./run.sh small    compose.small.yaml: one container on SQLite, behind Caddy
# It may be run again at any time: what runs is brought up to date, and data and secrets stay.
URL=${URL:-http://localhost:8080}

set -eu
cd "$(dirname -- "$0")"
command -v docker >/dev/null || { echo "run.sh: Docker is not installed. Without it: npm ci && npm start" >&2; exit 1; }
case "${1:-}" in
  "") small= ;;
  small) small=1 ;;
  *)
    sed -n '3,4s/^#   //p' "$0" >&2
    exit 2
    ;;
esac
make up small="$small" url="$URL"
echo "Rookery is starting at $(sed -n 's/^PUBLIC_URL=//p' .env). Show its logs: make logs${small:+ small=1}"
