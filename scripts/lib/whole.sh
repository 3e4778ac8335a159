# shellcheck shell=bash
# Whether programs can be built with a libtorch, and run. Names of files say little: a copy that was cut
# short, libraries of another build or a package that they need and that is gone are found by trying.

# ensure_whole stops when no program can be built with the libtorch, or run. That takes a few seconds and is
# tried when a part of it has changed since it was set up.
ensure_whole() {
	local fault
	if config_current || ! has_compiler; then return; fi
	open_workplace
	if fault="$(libtorch_fault "$include" "$lib" "$version")"; then
		useless "$fault"
	fi
}

has_compiler() {
	command -v "${CXX:-g++}" >/dev/null
}

# libtorch_fault INCLUDE LIB VERSION prints, in words, why it can't be used. It fails, and prints nothing,
# when it can. The workplace has to be open.
libtorch_fault() {
	local words flags=("-D_GLIBCXX_USE_CXX11_ABI=$(libtorch_cxx11_abi "$2")")
	[ "$1" = /usr/include ] || flags+=(-isystem "$1")
	flags+=(-isystem "$1/torch/csrc/api/include")
	if ! words="$(include_shims "$1" "${flags[@]}")"; then
		printf 'its headers are not whole: %s' "$words"
	elif ! words="$(link_probe "$2" "${flags[@]}")"; then
		printf 'no program can be linked with it: %s' "$words"
	elif ! words="$("$workplace/probe" 2>&1)"; then
		printf 'a program linked with it does not run: %s' "${words:-it died}"
	elif [ "${words:-$3}" != "$3" ]; then
		printf 'its headers are of %s, its libraries of %s' "$3" "$words"
	else
		return 1
	fi
}

# include_shims INCLUDE FLAG... reads every header that the shim includes. It fails and says why when one is
# missing, also when the system's libtorch would lend its own.
include_shims() {
	local include="$1" output
	shift
	output="$(shopt -s nullglob && cat /dev/null "$root"/internal/libtorch/*.cpp |
		LC_ALL=C "${CXX:-g++}" -std=c++20 -M -iquote "$root/internal/libtorch" "$@" -x c++ - 2>&1)" || {
		grep -m 1 'error:' <<<"$output" || printf '%s' "$output"
		return 1
	}
	[ "$include" != /usr/include ] || return 0
	! output="$(grep -oE -m 1 ' /usr/include/(ATen|c10|torch)/\S+' <<<"$output")" ||
		printf '%s' "it lacks ${output#*/usr/include/}, which the system's libtorch has"
	[ -z "$output" ]
}

# link_probe LIB FLAG... makes a program that prints the version which the libraries say they have ("" when
# they don't say).
link_probe() {
	local lib="$1" output
	shift
	output="$(LC_ALL=C "${CXX:-g++}" "$@" -x c++ - -o "$workplace/probe" "-L$lib" -Xlinker -rpath -Xlinker "$lib" \
		-Wl,--no-as-needed -ltorch -ltorch_cpu -lc10 2>&1 <<-'END'
		#include <cstdio>
		#include <string>
		namespace at { std::string show_config(); }
		int main() {
		  const std::string all = at::show_config(), key = "TORCH_VERSION=";
		  const size_t at = all.find(key);
		  if (at != std::string::npos) std::puts(all.substr(at + key.size(), all.find_first_of(", \n", at) - at - key.size()).c_str());
		}
	END
	)" && return
	sed -n '/error:\|undefined reference\|cannot find\|not recognized\|truncated/{p;q}' <<<"$output"
	return 1
}
