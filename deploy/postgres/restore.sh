#!/bin/sh
# Restore a backup into an empty database: older data, and the newest keys.
#
#   restore.sh postgresql://postgres:…@host/empty data-….dump keys.dump
#
# The roles of roles.sh must be there. What was erased since stays unreadable, and the portal's own
# sweep erases its rows again as they come due.
set -eu
url=$1 data=$2 keys=$3
"${PG_BIN:+$PG_BIN/}pg_restore" --exit-on-error --dbname="$url" "$data"
"${PG_BIN:+$PG_BIN/}pg_restore" --exit-on-error --data-only --dbname="$url" "$keys"
