#!/usr/bin/env bash
# Builds and tests this checkout on several versions of libtorch, and prints the table that the README
# carries. MATRIX chooses among them:
#
#   1.13    Debian 12's, in a chroot of its own
#   2.6     Debian 13's
#   2.14    Debian testing's
#   wheel   the newest torch that pip finds, in a virtual environment of this system's Python
#
# A chroot is made with debootstrap, which root alone can run. Everything made lies in MATRIX_DIR
# (~/.cache/multitorch/matrix when not set), a folder for each version, and is used again the next time:
# remove a version's folder to have it made anew, with the packages of that day.
#
# Go, its module cache and the data of Emoji-10 are this machine's, and only read. The checkout is
# copied, as it stands, without what git ignores.
#
# usage: MATRIX="1.13 wheel" scripts/matrix.sh

# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib/common.sh"
. "$here/lib/apt.sh"
. "$here/lib/places.sh"

all='1.13 2.6 2.14 wheel'
matrix="${MATRIX:-$all}"
matrix_dir="${MATRIX_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/multitorch/matrix}"

main() {
	local name failed=
	[ $# = 0 ] || die "unexpected $1; usage: MATRIX=\"$all\" scripts/matrix.sh"
	for name in $matrix; do
		known "$name" || die "MATRIX names $name; it can name: $all"
	done
	[[ " $matrix " != *\ [0-9]* ]] || ensure_chroots

	mkdir -p "$matrix_dir"
	matrix_dir="$(cd "$matrix_dir" && pwd -P)"
	(cd "$root" && "${GO:-go}" mod download)
	for name in $matrix; do
		attempt "$name" || failed=1
	done
	table
	[ -z "$failed" ]
}

known() {
	case " $all " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

# ensure_chroots stops unless chroots can be made here.
ensure_chroots() {
	[ "$(id -u)" = 0 ] || die "Debian's versions are tested in chroots, which root alone can make;" \
		"run this as root:
    make matrix
or, as you are, test the newest wheel alone:
    make matrix MATRIX=wheel"
	command -v debootstrap >/dev/null || apt_install debootstrap
	command -v unshare >/dev/null || die 'unshare is not here; install util-linux'
}

# attempt NAME tests one version. What it says goes to NAME.log, what it measured to NAME.facts.
attempt() {
	local name="$1" log="$matrix_dir/$1.log"
	say "$name: see $log"
	rm -f "$matrix_dir/$name.facts"
	if (make_place "$name" && copy_checkout "$name" && inside "$name" scripts/measure.sh) >"$log" 2>&1 </dev/null; then
		say "$name: passed"
	else
		say "$name: FAILED; the end of its log:"
		tail -n 20 "$log"
		return 1
	fi 3>"$matrix_dir/$name.facts"
}

# table prints what was measured, in the form of a Markdown table.
table() {
	local name
	say
	say "| libtorch | from | compiler | shim, cold | tests: passed, failed, skipped | tutorial as in Python | x + x: Go, Python |"
	say "|---|---|---|---|---|---|---|"
	for name in $matrix; do
		row "$(origin "$name")" "$matrix_dir/$name.facts"
	done
}

# row ORIGIN FACTS prints one line; what was not measured is a dash.
row() {
	local version=- compiler=- build=- passed=- failed=- skipped=- parity=- go=- python=- fact value
	while read -r fact value; do
		case "$fact" in
		version) version="$value" ;;
		compiler) compiler="$value" ;;
		build) build="$value" ;;
		passed) passed="$value" ;;
		failed) failed="$value" ;;
		skipped) skipped="$value" ;;
		parity) parity="$value" ;;
		go) go="$value" ;;
		python) python="$value" ;;
		esac
	done <"$2"
	say "| $version | $1 | $compiler | $build | $passed, $failed, $skipped | $parity | $go, $python ns |"
}

main "$@"
