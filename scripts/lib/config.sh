# shellcheck shell=bash
# The header that tells the C++ shim which libtorch it is compiled against. Go's build cache looks at
# the files of a package but not at libtorch's headers: this file, which changes when libtorch is
# exchanged, is what makes the next build compile the shim anew. It is left alone when nothing
# changed, so that nothing is compiled needlessly.

# write_config brings the header up to date.
write_config() {
	local content
	content="$(config_content)" || exit
	if [ -f "$config_header" ] && [ "$(<"$config_header")" = "$content" ]; then
		return
	fi
	change "write internal/libtorch/libtorch_config.h" replace_config "$content"
}

# config_content prints the header for the chosen libtorch.
config_content() {
	local abi build path
	abi="$(libtorch_cxx11_abi "$lib")" || exit
	build="$(libtorch_build "$lib")" || exit
	path="${prefix//\\/\\\\}"
	cat <<END
// Written by scripts/setup-libtorch.sh. Include it before every other header: it chooses the C++ ABI.
#pragma once

#define MULTITORCH_LIBTORCH_VERSION "$version"
#define MULTITORCH_LIBTORCH_PATH "${path//\"/\\\"}"
#define MULTITORCH_LIBTORCH_BUILD "$build"

#ifndef _GLIBCXX_USE_CXX11_ABI
#define _GLIBCXX_USE_CXX11_ABI $abi
#endif
END
}

# replace_config CONTENT writes a new file and renames it, so that a build sees the old or the new one.
replace_config() {
	mkdir -p "${config_header%/*}"
	printf '%s\n' "$1" >"$config_header.$$"
	mv -f "$config_header.$$" "$config_header"
}
