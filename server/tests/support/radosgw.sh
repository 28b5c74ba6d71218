#!/usr/bin/env bash
# A real S3 server for tests: Ceph's radosgw, which checks signatures, on loopback alone, its data in memory.
#   radosgw.sh missing              prints what is not installed; nothing when it can be started
#   radosgw.sh install              installs that by apt-get, as root
#   radosgw.sh start FOLDER [PID]   starts it in a new folder, writes its address to FOLDER/endpoint; ends with process PID
#   radosgw.sh stop FOLDER          stops it and removes the folder
# Takes about 14 s to start and 140 MB of memory. Its only user has the keys below.
set -Eeuo pipefail

access_key=rookery-tests
secret_key=only-for-tests-on-this-machine
packages=(radosgw ceph-mon ceph-osd ceph-common)
commands=(radosgw radosgw-admin ceph ceph-mon ceph-osd monmaptool)
cluster=5d8f0a3e-6a51-4c02-9f4b-1c1f6f0e7a10
osd=5d8f0a3e-6a51-4c02-9f4b-1c1f6f0e7a11

missing() {
  for name in "${commands[@]}"; do command -v "$name" >/dev/null || printf '%s ' "$name"; done
}

install() {
  [ -z "$(missing)" ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a port whose neighbours up to +40 are free as well: the daemons share them.
free_ports() {
  local first port
  for _ in $(seq 50); do
    first=$((20000 + RANDOM % 10000))
    for port in $(seq "$first" $((first + 40))); do is_free "$port" || continue 2; done
    echo "$first"
    return
  done
  return 1
}

configure() {
  cat >"$folder/ceph.conf" <<CONF
[global]
fsid = $cluster
mon_initial_members = a
mon_host = v1:127.0.0.1:$port
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
ms_bind_port_min = $((port + 2))
ms_bind_port_max = $((port + 40))
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
mon_data = $folder/mon
osd_data = $folder/osd
rgw_data = $folder/rgw
run_dir = $folder
admin_socket = $folder/\$name.asok
log_file = $folder/\$name.log
crash_dir = $folder/crash
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_crit = 1
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = 1073741824
rgw_max_listing_results = 50
CONF
}

# until_it_works SECONDS COMMAND …
until_it_works() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      echo "radosgw.sh: gave up on: $*" >&2
      return 1
    fi
    sleep 0.2
  done
}

daemon() {
  setsid "$@" -f -c "$folder/ceph.conf" </dev/null >>"$folder/out.log" 2>&1 &
  echo $! >>"$folder/pids"
}

admin() { timeout 10 ceph -c "$folder/ceph.conf" "$@" >>"$folder/out.log" 2>&1; }
osd_is_up() { timeout 10 ceph -c "$folder/ceph.conf" osd stat 2>/dev/null | grep -q '1 up'; }
answers() { ! is_free $((port + 1)) && kill -0 "$(tail -1 "$folder/pids")"; }

# Now and then an OSD never reports to its monitor; the next one does.
start_osd() {
  local tries
  for tries in 1 2 3 4 5 6; do
    daemon ceph-osd -i 0
    if until_it_works 10 osd_is_up; then return; fi
    kill_process "$(tail -1 "$folder/pids")"
  done
  return 1
}

kill_process() {
  kill -KILL "$1" 2>/dev/null || true
  # While it lives it may write to the folder.
  while kill -0 "$1" 2>/dev/null && [ "$(ps -o stat= -p "$1")" != Z ]; do sleep 0.05; done
}

start() {
  mkdir -p "$folder/mon" "$folder/osd" "$folder/rgw" "$folder/crash"
  trap 'tail -n 20 "$folder/out.log" >&2; stop' ERR
  [ -n "$parent" ] && watch_parent
  port=$(free_ports)
  configure
  monmaptool --create --addv a "[v1:127.0.0.1:$port]" --fsid $cluster "$folder/monmap" >>"$folder/out.log"
  ceph-mon --mkfs -i a --monmap "$folder/monmap" -c "$folder/ceph.conf" >>"$folder/out.log" 2>&1
  daemon ceph-mon -i a
  until_it_works 30 admin -s
  # A monitor that has just begun now and then refuses to say what it understands; both steps may be repeated.
  until_it_works 60 admin osd new $osd
  until_it_works 60 admin osd crush add osd.0 1.0 host=one root=default
  ceph-osd --mkfs -i 0 --osd-uuid $osd -c "$folder/ceph.conf" >>"$folder/out.log" 2>&1
  start_osd
  daemon radosgw -n client.rgw.a --rgw-frontends="beast endpoint=127.0.0.1:$((port + 1)) tcp_nodelay=1"
  until_it_works 60 answers
  timeout 60 radosgw-admin -n client.rgw.a -c "$folder/ceph.conf" user create --uid=tests \
    --display-name=tests --access-key=$access_key --secret-key=$secret_key >>"$folder/out.log" 2>&1
  echo "http://127.0.0.1:$((port + 1))" >"$folder/endpoint.new"
  mv "$folder/endpoint.new" "$folder/endpoint"
}

# However the tests end, by kill -9 of their process group too: nothing stays behind.
watch_parent() {
  setsid bash "$0" watch "$folder" "$parent" </dev/null >/dev/null 2>&1 &
}

watch() {
  while kill -0 "$parent" 2>/dev/null && [ -d "$folder" ]; do sleep 1; done
  stop
}

stop() {
  trap - ERR
  local pid
  for pid in $(cat "$folder/pids" 2>/dev/null); do
    kill_process "$pid"
  done
  rm -rf "$folder"
}

folder=${2:-}
parent=${3:-}
case ${1:-} in
  missing) missing ;;
  install) install ;;
  start | stop | watch)
    [ -n "$folder" ] || { echo "usage: radosgw.sh $1 FOLDER" >&2; exit 2; }
    "$1"
    ;;
  *)
    sed -n '3,6s/^#   //p' "$0" >&2
    exit 2
    ;;
esac
