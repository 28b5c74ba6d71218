#!/bin/sh
# Installs Debian's Prometheus, without starting it as a service.
set -eu
[ "${1:-}" = install ] || { echo "usage: $0 install" >&2; exit 2; }
command -v prometheus >/dev/null && command -v promtool >/dev/null && exit 0
[ "$(id -u)" = 0 ] || { echo "$0: prometheus is missing. Install it: apt-get install prometheus" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get update -q
# The two programs alone: the package would start a service on this machine.
apt-get download -q prometheus
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin
cp usr/bin/prometheus usr/bin/promtool /usr/local/bin/
