# shellcheck shell=bash
# The header that tells the C++ shim which libtorch it is compiled against. Go's build cache looks at
# the files of a package but not at libtorch's headers: this file, which changes when libtorch is
# exchanged, is what makes the next build compile the shim anew. It is left alone when nothing
# changed, so that nothing is compiled needlessly.

# config_current tells whether the header is that of the chosen libtorch.
config_current() {
	[ -f "$config_header" ] && [ "$(<"$config_header")" = "$(config_content)" ]
}

# write_config brings the header up to date.
write_config() {
	config_current || change "write internal/libtorch/libtorch_config.h" replace_config
}

# config_content prints the header for the chosen libtorch.
config_content() {
	local build path="${prefix//\\/\\\\}"
	path="${path//\"/\\\"}"
	build="$(libtorch_build "$include" "$lib")"
	cat <<END
// Written by scripts/setup-libtorch.sh. Include it before every other header: it chooses the C++ ABI.
#pragma once

#define MULTITORCH_LIBTORCH_VERSION "$version"
#define MULTITORCH_LIBTORCH_PATH "$path"
#define MULTITORCH_LIBTORCH_BUILD "$build"

#ifndef _GLIBCXX_USE_CXX11_ABI
#define _GLIBCXX_USE_CXX11_ABI $abi
#endif

#if !__has_include(<ATen/core/Tensor.h>)
#error libtorch was in "$path" and is no longer there: run "make setup" in the checkout of multitorch
#endif
END
}

# replace_config writes a new file and renames it, so that a build sees the old or the new one.
replace_config() {
	open_workplace
	mkdir -p "${config_header%/*}"
	config_content >"$workplace/config.h"
	mv -f "$workplace/config.h" "$config_header"
}
