#!/usr/bin/env bash
# Runs every fuzz test of the project, one after the other, for FUZZTIME each (10s when not set), and names at the end those
# that failed.
#
# usage: FUZZTIME=1m scripts/fuzz.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

found=0 failed=()
while IFS=: read -r file function; do
	found=$((found + 1))
	name="${function#func }"
	"${GO:-go}" test -run '^$' -fuzz "^${name%(}\$" -fuzztime "${FUZZTIME:-10s}" -fuzzminimizetime 20x "$(dirname "$file")" ||
		failed+=("$file ${name%(}")
done < <(grep -rEo --include='*_test.go' '^func Fuzz\w*\(' . | sort)

[ "$found" -gt 0 ] || {
	echo 'fuzz.sh: no function named Fuzz... was found in any _test.go file' >&2
	exit 1
}
echo "fuzzed $found functions, of which ${#failed[@]} failed"
[ "${#failed[@]}" -eq 0 ] || {
	printf '%s\n' "${failed[@]}" >&2
	exit 1
}
