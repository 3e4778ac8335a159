# shellcheck shell=bash
# What every set-up script shares: where the checkout is, how to speak, how to stop.
#
# MULTITORCH_ROOT and MULTITORCH_SYSROOT move the checkout and the system's folders elsewhere; the
# tests of these scripts set them, nobody else needs to.

root="$(cd "${MULTITORCH_ROOT:-$(dirname "${BASH_SOURCE[0]}")/../..}" && pwd -P)"
sysroot="${MULTITORCH_SYSROOT:-}"

third_party="$root/third_party/libtorch"
config_header="$root/internal/libtorch/libtorch_config.h"

# say prints one line for the person.
say() {
	printf '%s\n' "$*"
}

# warn prints one line to stderr and goes on.
warn() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# die says what was expected, what came and what to do, and stops.
die() {
	warn "$@"
	exit 1
}

# command_path NAME prints the absolute path of a command. Links are not followed, for a Python's
# virtual environment is known by the path it is called by.
command_path() {
	local path
	path="$(command -v "$1")" || return
	case "$path" in
	/*) printf '%s' "$path" ;;
	*) printf '%s/%s' "$PWD" "$path" ;;
	esac
}

check_only= # set by --check: changes are told, not made
pending=    # set when --check found a change that set-up would make

# change WHAT COMMAND... makes one change, or under --check tells that it is to be made.
change() {
	local what="$1"
	shift
	if [ -n "$check_only" ]; then
		say "to do: $what"
		pending=1
	else
		"$@"
	fi
}
