#!/usr/bin/env bash
# Takes RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS as the official image does.
set -euo pipefail
printf 'default_user = %s\ndefault_pass = %s\nlisteners.tcp.default = 5672\nloopback_users = none\n' \
  "$RABBITMQ_DEFAULT_USER" "$RABBITMQ_DEFAULT_PASS" >/etc/rabbitmq/rabbitmq.conf
echo '[rabbitmq_management].' >/etc/rabbitmq/enabled_plugins
chown -R rabbitmq /var/lib/rabbitmq /etc/rabbitmq
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups env HOME=/var/lib/rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server
