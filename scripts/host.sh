#!/usr/bin/env bash
# Tries the toolkit as a guest: vendored, a C library that a foreign program loads, a program with another C++
# allocator, one with a new handler, and the shim's own tests under AddressSanitizer. Each is another
# build of the shim, so it takes some minutes.
#
# usage: scripts/host.sh

# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib/common.sh"
cd "$root"

go="${GO:-go}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

"$go" build -buildmode=c-shared -o "$folder/library.so" ./scripts/host/library
"${CC:-gcc}" -o "$folder/foreign" scripts/host/foreign.c -ldl
say "a vendored copy: $(MULTITORCH_HOST=1 "$go" test -count=1 -run TestOwnModuleVendored ./scripts)"
say "a foreign program: $("$folder/foreign" "$folder/library.so")"
say "another allocator: $("$go" run ./scripts/host/second)"
say "a new handler: $("$go" run ./scripts/host/handler)"
# Memory that libtorch keeps for good is no leak.
# Tests ask for more memory than there is, which is to come back as an error.
ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 "$go" test -asan -count=1 ./internal/libtorch
