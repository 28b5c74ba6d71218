#!/usr/bin/env bash
# Containers for tests, as root, without any registry of images: podman with its files in a folder of its own, and images that
# are made here from Debian's and npm's packages.
#   podman.sh missing               prints what is not installed; nothing when everything is there
#   podman.sh install               installs that by apt-get
#   podman.sh environment FOLDER    writes the settings of podman to FOLDER, and prints the variables that name them
#   podman.sh base FOLDER           makes localhost/node:24-slim, unless it is there; takes two minutes
set -Eeuo pipefail

packages=(podman buildah runc netavark aardvark-dns iptables catatonit debootstrap docker-compose)
commands=(podman buildah runc iptables catatonit debootstrap docker-compose)

missing() {
  for name in "${commands[@]}"; do command -v "$name" >/dev/null || printf '%s ' "$name"; done
}

install() {
  [ -z "$(missing)" ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

# runc, since crun refuses mixed cgroups; limits that may be set without being the first user of the machine.
environment() {
  mkdir -p "$folder"
  cat >"$folder/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
[network]
network_config_dir = "$folder/networks"
CONF
  cat >"$folder/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$folder/storage"
runroot = "$folder/run"
CONF
  echo "CONTAINERS_CONF=$folder/containers.conf"
  echo "CONTAINERS_STORAGE_CONF=$folder/storage.conf"
}

# As node:24-slim has it: Debian without its documentation, Node and npm in /usr/local, the user node with 1000.
# The certificates are for npm, which may have to reach its registry through a proxy with an authority of its own.
base() {
  local variables root
  mapfile -t variables < <(environment)
  export "${variables[@]}"
  podman image exists localhost/node:24-slim && return
  root=$folder/root
  rm -rf "$root" "$folder/npm"
  debootstrap --variant=minbase bookworm "$root" >"$folder/debootstrap.log"
  command install -D -m755 "$(npx -y node@24 -p process.execPath)" "$root/usr/local/bin/node"
  mkdir -p "$folder/npm" "$root/usr/local/lib/node_modules"
  (cd "$folder/npm" && npm pack --silent npm@11 && tar xzf npm-11*.tgz)
  mv "$folder/npm/package" "$root/usr/local/lib/node_modules/npm"
  for name in npm npx; do
    ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$root/usr/local/bin/$name"
  done
  chroot "$root" groupadd -g 1000 node
  chroot "$root" useradd -u 1000 -g node -m node
  command install -D -m644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
  tar -C "$root" -cf "$folder/base.tar" .
  podman import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
    --change 'CMD ["node"]' "$folder/base.tar" localhost/node:24-slim
  rm -rf "$root" "$folder/npm" "$folder/base.tar"
}

folder=${2:-}
case ${1:-} in
  missing) missing ;;
  install) install ;;
  environment | base)
    [ -n "$folder" ] || { echo "usage: podman.sh $1 FOLDER" >&2; exit 2; }
    "$1"
    ;;
  *)
    sed -n '3,8s/^#   //p' "$0" >&2
    exit 2
    ;;
esac
