#!/usr/bin/env bash
# Ceph's radosgw in place of another S3 server: takes ROOT_ACCESS_KEY and ROOT_SECRET_KEY, and listens on 7070.
set -euo pipefail
sed -e "s/^access_key=.*/access_key=$ROOT_ACCESS_KEY/" -e "s/^secret_key=.*/secret_key=$ROOT_SECRET_KEY/" \
  -e 's/beast endpoint=127.0.0.1:$((port + 1))/beast endpoint=0.0.0.0:7070/' -e 's/is_free $((port + 1))/is_free 7070/' \
  /usr/local/bin/radosgw.sh >/tmp/radosgw.sh
bash /tmp/radosgw.sh start /tmp/store
trap 'bash /tmp/radosgw.sh stop /tmp/store; exit 0' TERM INT
sleep infinity &
wait
