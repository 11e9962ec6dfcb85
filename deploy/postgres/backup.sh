#!/bin/sh
# Back the database up so that what was erased stays erased, also in what is restored.
#
#   backup.sh postgresql://postgres:…@host/portal FOLDER [DAYS]
#
# Keys of artifacts are in no file that is kept: `data-*.dump` has everything but them, and
# `keys.dump` holds them as they are now and is overwritten each time. Restored together, whatever
# was erased since `data-*.dump` was written has no key, so neither its bytes nor its values open.
# Run it at least daily, as a role that walls do not bind, into a folder on an encrypted disk.
# DAYS is how long data is kept; the policy's rule for backups says 30.
set -eu
umask 077
url=$1 folder=$2 days=${3:-30}
mkdir -p "$folder"
part="$folder/.part.$$"
trap 'rm -f "$part"' EXIT
"${PG_BIN:+$PG_BIN/}pg_dump" --format=custom --exclude-table-data=vault_artifactkey \
    --file="$part" "$url"
mv "$part" "$folder/data-$(date -u +%Y%m%dT%H%M%SZ).dump"
"${PG_BIN:+$PG_BIN/}pg_dump" --format=custom --data-only --table=vault_artifactkey \
    --file="$part" "$url"
mv "$part" "$folder/keys.dump"
find "$folder" -name 'data-*.dump' -mtime "+$days" -delete
