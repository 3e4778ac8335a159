#!/usr/bin/env bash
# Finds or installs libtorch, the first of:
#
#   1. the folder named by LIBTORCH (it has include/ and lib/)
#   2. third_party/libtorch, from an earlier set-up
#   3. the archive named by LIBTORCH_URL, when it is set: an address or a path
#   4. the torch package of the Python on PATH, or of PYTHON
#   5. the system's packages; on Debian root gets them installed
#   6. PyTorch's own archive, where there is no apt-get
#
# and tells the build about it: a libtorch outside the system's folders is linked as
# third_party/libtorch, and internal/libtorch/libtorch_config.h says which one it is.
# Setting up again changes nothing and takes a moment.
#
# usage: scripts/setup-libtorch.sh [--check]
#   --check   only report; the exit status is 1 when something is left to set up

# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib/common.sh"
. "$here/lib/apt.sh"
. "$here/lib/libtorch.sh"
. "$here/lib/whole.sh"
. "$here/lib/sources.sh"
. "$here/lib/archive.sh"
. "$here/lib/config.sh"
. "$here/lib/workplace.sh"

main() {
	case "${1:-}" in
	'') ;;
	--check) check_only=1 ;;
	*) die "unknown argument $1; usage: scripts/setup-libtorch.sh [--check]" ;;
	esac

	[ -n "$check_only" ] || one_at_a_time
	from_env || from_third_party || from_url || from_python || from_system || install_libtorch
	if [ -n "$prefix" ]; then
		ensure_packages
		ensure_whole
		ensure_fast_blas
		link_third_party
		write_config
		report
	fi
	[ -z "$pending" ]
}

# install_libtorch is for machines where none was found. A compiler that is missing comes along.
install_libtorch() {
	local packages=(libtorch-dev libopenblas0-pthread)
	if ! command -v apt-get >/dev/null; then
		from_default_url || die "no libtorch was found and none can be installed here;" \
			"set LIBTORCH to a libtorch's folder, or LIBTORCH_URL to its archive"
		return
	fi
	has_compiler || packages+=(g++)
	has_allocator || packages+=(libgoogle-perftools-dev)
	change "install ${packages[*]} with apt-get" apt_install "${packages[@]}"
	[ -n "$check_only" ] || from_system ||
		die "Debian's libtorch-dev is installed, but libtorch is not in $sysroot/usr; set LIBTORCH to its folder"
}

# has_allocator tells whether tcmalloc is here, which programs are linked with, or is not wanted.
has_allocator() {
	local file
	[[ "${GOFLAGS:-}" != *notcmalloc* ]] || return 0
	for file in "$sysroot"/usr/lib/*/libtcmalloc_minimal.so "$sysroot"/usr/{lib,lib64,local/lib}/libtcmalloc_minimal.so; do
		if [ -e "$file" ]; then return; fi
	done
	return 1
}

ensure_packages() {
	local packages=()
	has_compiler || packages+=(g++)
	if ! has_allocator; then
		packages+=(libgoogle-perftools-dev)
		[ "$(id -u)" = 0 ] || warn "tcmalloc is missing, the allocator that programs are linked with;" \
			"to build them with libc's, which is slower, set GOFLAGS=-tags=notcmalloc"
	fi
	[ ${#packages[@]} = 0 ] || change "install ${packages[*]} with apt-get" apt_install "${packages[@]}"
}

# ensure_fast_blas: the BLAS that comes with Debian's libtorch is the slow reference one. libtorch
# works with it, so a person who is not root is told and goes on.
ensure_fast_blas() {
	[ "$(libtorch_blas "$lib")" = libblas3 ] || return 0
	if package_installed libopenblas0-pthread; then
		warn "libblas.so.3 is the slow reference BLAS though libopenblas0-pthread is installed;" \
			"choose it with update-alternatives --config libblas.so.3-$(basename "$lib")"
	elif [ "$(id -u)" = 0 ] || [ -n "$check_only" ]; then
		change "install libopenblas0-pthread with apt-get" apt_install libopenblas0-pthread
	else
		warn "libblas.so.3 is the slow reference BLAS; for a fast one run this as root:
    $(apt_command libopenblas0-pthread)"
	fi
}

# link_third_party makes third_party/libtorch lead to the chosen libtorch, unless it is the system's,
# which compilers find by themselves. The new link replaces an old one in one step.
link_third_party() {
	[ "$prefix" = "$sysroot/usr" ] || [ "$prefix" -ef "$third_party" ] ||
		change "link third_party/libtorch to $prefix" replace_link "$prefix"
}

replace_link() {
	open_workplace
	ln -s "$1" "$workplace/link"
	mv -fT "$workplace/link" "$third_party"
}

report() {
	local strings=new
	[ "$abi" = 1 ] || strings=old
	say "libtorch $version from $source: $prefix ($strings C++ ABI, BLAS: $(libtorch_blas "$lib"))"
}

main "$@"
