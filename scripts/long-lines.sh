#!/usr/bin/env bash
# Lists lines of more than 140 characters, and fails when there are any: in Go, shell and the Makefile. Those
# that can't be broken, because of a long text on them, do not count, nor do generated code, the examples,
# which stand beside Python, and tests, whose tables may read better with one row on a line.
#
# usage: scripts/long-lines.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

! LC_ALL=C.UTF-8 grep -rnE '^.{141,}' --include='*.go' --include='*.sh' --include=Makefile \
	--exclude='*_test.go' --exclude-dir=aten --exclude-dir=examples --exclude-dir=third_party --exclude-dir=build . |
	grep -vE '"[^"]{50,}|`'
