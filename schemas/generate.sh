#!/bin/sh
# Regenerates the C of every schema: schemas/NAME.proto becomes NAME.pb-c.c, include/NAME.pb-c.h
# and NAME.proto.sha256 in Sources/CModelSchemas. A test compares the hash with the schema.
set -eu
cd "$(dirname "$0")"
target=../Sources/CModelSchemas
command -v protoc-c >/dev/null || {
  echo "protoc-c is missing: apt-get install protobuf-c-compiler, or brew install protobuf-c" >&2
  exit 69
}
hash() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi |
    cut -d ' ' -f 1
}
for schema in *.proto; do
  name=${schema%.proto}
  protoc-c --c_out="$target" "$schema"
  mv "$target/$name.pb-c.h" "$target/include/$name.pb-c.h"
  hash "$schema" >"$target/$schema.sha256"
  echo "$schema -> Sources/CModelSchemas/$name.pb-c.c"
done
