#!/usr/bin/env bash
# Sets up, builds and tests this checkout on the libtorch that is here, and measures a little. Facts go to
# file descriptor 3, one a line: a name and a value. The status is 1 when a test failed.
#
# usage: scripts/measure.sh 3>FACTS

# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib/common.sh"
cd "$root"

go="${GO:-go}"
output="$(mktemp)"
trap 'rm -f "$output"' EXIT

main() {
	local status=0
	"$here/setup-libtorch.sh"
	PYTHON="$("$here/setup-python.sh")"
	export PYTHON
	fact version "$(sed -n 's/^#define MULTITORCH_LIBTORCH_VERSION "\(.*\)"/\1/p' "$config_header")"
	fact compiler "gcc $("${CXX:-g++}" -dumpfullversion)"
	build_cold
	test_all || status=$?
	time_add
	return "$status"
}

fact() {
	say "$1 $2"
	say "$1 $2" >&3
}

# build_cold times the build of the shim. A flag that no build had before keeps Go from finding an
# earlier one in its cache; it stays, so that everything that follows uses this one.
build_cold() {
	local standard cost
	mapfile -t standard < <("$go" list -deps -f '{{if .Standard}}{{.ImportPath}}{{end}}' ./internal/libtorch)
	"$go" build "${standard[@]}"
	CGO_CXXFLAGS="-O2 -g -DMULTITORCH_MATRIX=$(date +%s)"
	export CGO_CXXFLAGS
	local TIMEFORMAT='%0R s (%0U s of processor time)'
	cost="$({ time "$go" build ./internal/libtorch 2>&4; } 4>&2 2>&1)"
	fact build "$cost"
}

# test_all counts tests, without subtests. A package that could not be built or that died counts as one
# that failed.
test_all() {
	local status=0 failed
	"$go" test -count=1 -v -timeout 20m ./... 2>&1 | tee "$output" | grep -vE '^ *(=== |--- (PASS|SKIP))' || status=$?
	failed="$(count '^--- FAIL: ')"
	if [ "$failed" = 0 ] && [ "$status" != 0 ]; then failed="$(count '^FAIL\s+\S')"; fi
	fact passed "$(count '^--- PASS: ')"
	fact failed "$failed"
	fact skipped "$(count '^--- SKIP: ')"
	if grep -qE '^ok\s+multitorch/examples/tutorial\s' "$output"; then
		fact parity 'bit for bit'
	else
		fact parity no
	fi
	return "$status"
}

count() {
	grep -cE -- "$1" "$output" || true
}

# time_add times x + x on four floats, with one thread.
time_add() {
	export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
	fact go "$("$go" run ./scripts/bench -worker add | nanoseconds)"
	fact python "$("$PYTHON" scripts/bench/twin.py add | nanoseconds)"
}

# nanoseconds reads a report of the benchmark.
nanoseconds() {
	sed -n 's/.*"seconds": *\([0-9.e-]*\).*/\1/p' | LC_ALL=C awk '{ printf "%.0f", $1 * 1e9 }'
}

main "$@"
