#!/usr/bin/env bash
# Prints the settings by which Go finds libtorch when it builds this project somewhere else: vendored, from
# the module cache, or out of a checkout that was not set up. libtorch is looked for as set-up looks for
# it (LIBTORCH first), and nothing is changed.
#
# usage: eval "$(scripts/cgo-flags.sh)"

# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib/common.sh"
. "$here/lib/libtorch.sh"
. "$here/lib/whole.sh"
. "$here/lib/sources.sh"
. "$here/lib/config.sh"
. "$here/lib/workplace.sh"

main() {
	local dir cxx='-O2 -g' ld='-O2 -g' # Go's own, which the settings replace
	[ $# = 0 ] || die "unexpected $1; usage: eval \"\$(scripts/cgo-flags.sh)\""
	check_only=1
	{
		from_env || from_third_party || from_python || from_system ||
			die 'no libtorch was found; set LIBTORCH to its folder, or run scripts/setup-libtorch.sh in a checkout'
		ensure_whole
	} >&2
	if ! config_current || [ "$prefix" != "$sysroot/usr" ]; then
		# The fingerprint has Go compile anew when libtorch is exchanged.
		cxx+=" -D_GLIBCXX_USE_CXX11_ABI=$abi -DMULTITORCH_LIBTORCH_BUILD=$(libtorch_build "$include" "$lib")"
	fi
	if [ "$prefix" != "$sysroot/usr" ]; then
		cxx+=" -isystem $(go_word "$include") -isystem $(go_word "$include/torch/csrc/api/include")"
		for dir in "$prefix"/../nvidia/*/include; do # NCCL's and CUDA's, of PyTorch's wheels
			[ ! -d "$dir" ] || cxx+=" -isystem $(go_word "$dir")"
		done
		ld+=" $(go_word "-L$lib") $(go_word "-Wl,-rpath,$lib")"
	fi
	say "export CGO_CXXFLAGS=$(shell_word "$cxx")"
	say "export CGO_LDFLAGS=$(shell_word "$ld")"
}

# go_word WORD writes a word as Go splits settings: in quotes if need be, with nothing escaped in them.
go_word() {
	case "$1" in
	*[!-A-Za-z0-9_./,=+~@%:]*) ;;
	*) printf '%s' "$1" && return ;;
	esac
	case "$1" in
	*\'*\"* | *\"*\'*) die "$1 has quotes of both kinds, which Go can't read; make a link to it of another name" ;;
	*\'*) printf '"%s"' "$1" ;;
	*) printf "'%s'" "$1" ;;
	esac
}

# shell_word WORD writes a word as every shell reads it.
shell_word() {
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

main "$@"
