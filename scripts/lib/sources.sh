# shellcheck shell=bash
# Where a libtorch can come from. Each from_... function looks in one place; when it finds a libtorch
# it sets the variables below and returns 0, else it returns 1.

source=  # in words, for the report
prefix=  # the folder that holds include/ and lib/
include= # headers
lib=     # shared libraries
version=
abi=    # 1: libstdc++'s new strings, 0: the old ones
remedy= # in words: what to do when it turns out to be of no use

# adopt SOURCE PREFIX [LIB] chooses a libtorch. One that is too old is refused.
adopt() {
	source="$1"
	prefix="$(readlink -f "$2")"
	include="$prefix/include"
	lib="${3:-$prefix/lib}"
	version="$(libtorch_version "$include")"
	version_supported "$version" ||
		die "libtorch $version ($source: $prefix) is too old: $oldest_version or newer is needed;" \
			"set LIBTORCH to a newer one's folder, or LIBTORCH_URL to its archive"
	abi="$(libtorch_cxx11_abi "$lib")" ||
		useless "libc10.so names no C++ strings, so it is no libc10 or was cut short"
}

# useless REASON stops because of what is wrong with the libtorch that was chosen.
useless() {
	die "libtorch $version ($source: $prefix) is of no use: $1; $remedy"
}

# from_env takes the folder that LIBTORCH names. It was asked for, so nothing else will do.
from_env() {
	local folder lacks
	[ -n "${LIBTORCH:-}" ] || return
	folder="$(readlink -f "$LIBTORCH")" || folder="$LIBTORCH"
	if lacks="$(libtorch_lacks "$folder/include" "$folder/lib")"; then
		die "LIBTORCH=$LIBTORCH is no libtorch: it lacks $lacks;" \
			"set LIBTORCH to a folder with include/ and lib/, or unset it"
	fi
	if [ -d "$third_party" ] && [ ! -L "$third_party" ] && [ "$third_party" != "$folder" ]; then
		die "LIBTORCH=$LIBTORCH, but third_party/libtorch is an unpacked copy; remove it or unset LIBTORCH"
	fi
	remedy='set LIBTORCH to a whole one, or unset it'
	adopt LIBTORCH "$folder"
}

# from_third_party takes what an earlier set-up chose, and takes a dead link away.
from_third_party() {
	local lacks
	if [ -L "$third_party" ] && [ ! -e "$third_party" ]; then
		change "remove third_party/libtorch, a link to $(readlink "$third_party"), which is gone" rm "$third_party"
		return 1
	fi
	[ -e "$third_party" ] || return
	if lacks="$(libtorch_lacks "$third_party/include" "$third_party/lib")"; then
		die "third_party/libtorch is no libtorch: it lacks $lacks; remove it and set up again"
	fi
	remedy='remove third_party/libtorch and set up again'
	adopt "third_party/libtorch (remove it to choose anew)" "$third_party"
}

# from_python takes the torch package of the Python on PATH (or PYTHON) when it came with its headers.
# Python starts in / so that the folder torch of this checkout is not mistaken for the package.
from_python() {
	local python folder
	python="$(command_path "${PYTHON:-python3}")" || return
	folder="$(cd / && "$python" -c '
import importlib.util
spec = importlib.util.find_spec("torch")
print(spec.submodule_search_locations[0] if spec and spec.origin else "")' 2>/dev/null)" || return
	[ -n "$folder" ] || return
	if libtorch_lacks "$folder/include" "$folder/lib" >/dev/null; then
		return 1
	fi
	# Debian's Python shares the system's libtorch, which needs no link.
	if [ "$folder/lib/libtorch_cpu.so" -ef "$(system_lib)/libtorch_cpu.so" ]; then
		return 1
	fi
	if ! version_supported "$(libtorch_version "$folder/include")"; then
		warn "passing over $folder: $(libtorch_version "$folder/include") is older than $oldest_version"
		return 1
	fi
	remedy='install that torch again, or set PYTHON to another Python or LIBTORCH to a libtorch'
	adopt "the torch of $python" "$folder"
}

# from_system takes the libtorch in the system's own folders, where compilers look by themselves.
from_system() {
	local folder
	folder="$(system_lib)" && [ -n "$folder" ] || return
	if libtorch_lacks "$sysroot/usr/include" "$folder" >/dev/null; then
		return 1
	fi
	remedy='install it again (on Debian as root: apt-get install --reinstall libtorch-dev "libtorch[0-9]*"),'
	remedy+=' or set LIBTORCH to another one'
	adopt "the system's packages" "$sysroot/usr" "$folder"
}

# system_lib prints the system's folder that holds libtorch_cpu.so.
system_lib() {
	local file
	for file in "$sysroot"/usr/lib/*/libtorch_cpu.so "$sysroot"/usr/lib{,64}/libtorch_cpu.so; do
		if [ -f "$file" ]; then
			printf '%s' "${file%/*}"
			return
		fi
	done
}
