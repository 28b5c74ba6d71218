#!/usr/bin/env bash
# A Galera cluster for tests: three nodes of MariaDB on loopback alone. Must run as root.
#   galera.sh missing                prints what is not installed; nothing when it can be started
#   galera.sh install                installs that by apt-get
#   galera.sh start FOLDER           makes the cluster in a new folder, its SQL ports in FOLDER/ports
#   galera.sh kill FOLDER NODE …     kills nodes, 1 to 3, with -9
#   galera.sh restart FOLDER NODE …  starts killed nodes again and waits until all of them are in step
#   galera.sh stop FOLDER            kills what runs and removes the folder
# Takes about 20 s to start. The user is root, without a password.
set -Eeuo pipefail

packages=(mariadb-server mariadb-client galera-4 rsync lsof iproute2)
provider=/usr/lib/galera/libgalera_smm.so

missing() {
  local name
  for name in mariadbd mariadb mariadb-install-db rsync lsof ip; do
    command -v "$name" >/dev/null || printf '%s ' "$name"
  done
  [ -e $provider ] || printf 'galera-4 '
}

install() {
  [ -z "$(missing)" ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a port whose neighbours up to +39 are free as well: ten for each node.
free_ports() {
  local first port
  for _ in $(seq 50); do
    first=$((20000 + RANDOM % 10000))
    for port in $(seq "$first" $((first + 39))); do is_free "$port" || continue 2; done
    echo "$first"
    return
  done
  return 1
}

sql_port() { echo $((base + 10 * $1)); }
group_port() { echo $((base + 10 * $1 + 1)); }

# launch NODE [OPTION …]
launch() {
  local n=$1 group
  group=$(group_port "$n")
  shift
  local options="base_host=127.0.0.1;base_port=$group;gmcast.listen_addr=tcp://127.0.0.1:$group"
  options="$options;ist.recv_addr=127.0.0.1:$((group + 1));ist.recv_bind=127.0.0.1:$((group + 1));gcache.size=32M"
  setsid mariadbd --no-defaults --user=mysql --datadir="$folder/node$n" --bind-address=127.0.0.1 \
    --port="$(sql_port "$n")" --socket="$folder/node$n.sock" --pid-file="$folder/node$n.pid" \
    --character-set-server=utf8mb4 --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=2 \
    --binlog-format=ROW --innodb-autoinc-lock-mode=2 --wsrep-on=ON --wsrep-provider=$provider \
    --wsrep-cluster-name="rookery$base" --wsrep-node-name="node$n" --wsrep-node-address="127.0.0.1:$group" \
    --wsrep-node-incoming-address="127.0.0.1:$(sql_port "$n")" --wsrep-sst-method=rsync \
    --wsrep-sst-receive-address="127.0.0.1:$((group + 2))" --wsrep-provider-options="$options" \
    --wsrep-cluster-address="gcomm://127.0.0.1:$(group_port 1),127.0.0.1:$(group_port 2),127.0.0.1:$(group_port 3)" \
    "$@" </dev/null >>"$folder/node$n.log" 2>&1 &
  echo $! >"$folder/process$n"
}

state() { mariadb --no-defaults -h127.0.0.1 -P"$(sql_port "$1")" -uroot -Nse "show status like 'wsrep_local_state_comment'" 2>/dev/null; }

wait_for() {
  local n end=$((SECONDS + 90))
  for n in "$@"; do
    until state "$n" | grep -q Synced; do
      if [ $SECONDS -ge $end ]; then
        echo "galera.sh: node $n is not in step" >&2
        tail -n 15 "$folder/node$n.log" >&2
        return 1
      fi
      sleep 0.2
    done
  done
}

start() {
  local n
  mkdir -p "$folder"
  chmod 755 "$folder"
  chown mysql "$folder"
  base=$(free_ports)
  echo "$base" >"$folder/base"
  for n in 1 2 3; do
    mariadb-install-db --no-defaults --datadir="$folder/node$n" --user=mysql \
      --auth-root-authentication-method=normal --skip-test-db >"$folder/install$n.log" 2>&1
  done
  launch 1 --wsrep-new-cluster
  wait_for 1
  # One after the other: each is a copy of one that is in step.
  for n in 2 3; do
    launch $n
    wait_for $n
  done
  echo "$(sql_port 1) $(sql_port 2) $(sql_port 3)" >"$folder/ports"
}

kill_node() {
  local pid
  pid=$(cat "$folder/process$1" 2>/dev/null) || return 0
  kill -KILL "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null && [ "$(ps -o stat= -p "$pid")" != Z ]; do sleep 0.05; done
}

stop() {
  local n
  for n in 1 2 3; do kill_node $n; done
  rm -rf "$folder"
}

command=${1:-}
folder=${2:-}
shift $(($# < 2 ? $# : 2))
case $command in
  missing | install) "$command"; exit ;;
  start | kill | restart | stop) ;;
  *) sed -n '3,8s/^#   //p' "$0" >&2; exit 2 ;;
esac
[ -n "$folder" ] || { echo "usage: galera.sh $command FOLDER" >&2; exit 2; }
base=$(cat "$folder/base" 2>/dev/null || true)
case $command in
  start | stop) "$command" ;;
  kill) for node in "$@"; do kill_node "$node"; done ;;
  restart)
    for node in "$@"; do launch "$node"; done
    wait_for "$@"
    ;;
esac
