# shellcheck shell=bash
# What can be learnt from a libtorch without running it: version, C++ ABI, BLAS, fingerprint.

oldest_version=1.13

# version_header INCLUDE prints the header that holds the version. It moved in newer releases.
version_header() {
	local place
	for place in torch/csrc/api/include/torch/version.h torch/headeronly/version.h; do
		if grep -qs 'define TORCH_VERSION_MAJOR [0-9]' "$1/$place"; then
			printf '%s' "$1/$place"
			return
		fi
	done
	return 1
}

# libtorch_version INCLUDE prints the version as three numbers, such as 2.6.0.
libtorch_version() {
	local header name value major minor patch
	header="$(version_header "$1")" || return
	while read -r _ name value; do
		case "$name" in
		TORCH_VERSION_MAJOR) major="$value" ;;
		TORCH_VERSION_MINOR) minor="$value" ;;
		TORCH_VERSION_PATCH) patch="$value" ;;
		esac
	done < <(tr -d '\r' <"$header")
	printf '%s.%s.%s' "$major" "$minor" "$patch"
}

# version_supported VERSION tells whether VERSION is new enough.
version_supported() {
	local major minor
	IFS=. read -r major minor _ <<<"$1"
	[ "$major" -gt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -ge "${oldest_version#1.}" ]; }
}

# libtorch_lacks INCLUDE LIB prints the first thing that a libtorch has and these folders lack.
# It fails, and prints nothing, when they are whole.
libtorch_lacks() {
	local name
	version_header "$1" >/dev/null || {
		printf '%s' "$1/torch/csrc/api/include/torch/version.h"
		return
	}
	for name in libtorch.so libtorch_cpu.so libc10.so; do
		[ -f "$2/$name" ] || {
			printf '%s' "$2/$name"
			return
		}
	done
	return 1
}

# libtorch_cxx11_abi LIB prints 1 when libc10 was compiled with libstdc++'s new strings, 0 for the old
# ones. The mangled names in its symbol table tell: "St7__cxx1112basic_string" is a new string, "Ss" an
# old one. Reading them with grep needs neither Python nor binutils. It fails when there are neither.
libtorch_cxx11_abi() {
	if LC_ALL=C grep -aqE '_ZN[K]?3c10[A-Za-z0-9_]*(__cxx11|B5cxx11)' "$1/libc10.so"; then
		printf 1
	elif LC_ALL=C grep -aqE '_ZN[K]?3c10[A-Za-z0-9_]*E[A-Za-z0-9_]*Ss' "$1/libc10.so"; then
		printf 0
	else
		return 1
	fi
}

# libtorch_build INCLUDE LIB prints a fingerprint that changes when libtorch is exchanged, or a part of it
# comes or goes: the libraries' bytes and times, and the times of the folders of headers.
libtorch_build() (
	{
		cd "$2" && stat -L -c '%n %s %Y' libtorch{,_cpu,_cuda}.so libc10{,_cuda}.so # only some have a _cuda
		stat -L -c '%n %s %Y' ../../nvidia/{nccl/include/nccl,{cu13,cuda_runtime}/include/cuda_runtime_api}.h
		cd "$1" && find -L torch ATen c10 -type d -printf '%p %T@\n' | LC_ALL=C sort
		true
	} 2>/dev/null | cksum | tr ' ' -
)

# blas_provider prints the package, or else the file, behind the system's libblas.so.3.
blas_provider() {
	local link file owner
	for link in "$sysroot"/usr/lib/*/libblas.so.3 "$sysroot"/usr/lib64/libblas.so.3; do
		[ -e "$link" ] || continue
		file="$(readlink -f "$link")"
		if owner="$(dpkg -S "$file" 2>/dev/null)"; then
			printf '%s' "${owner%%:*}"
		else
			printf '%s' "$file"
		fi
		return
	done
	return 1
}

# libtorch_blas LIB prints the BLAS that libtorch calls: the system's when it is linked to that, else its own.
libtorch_blas() {
	if LC_ALL=C grep -aqF 'libblas.so.3' "$1/libtorch_cpu.so"; then
		blas_provider || printf 'libblas.so.3, not found'
	elif LC_ALL=C grep -aqF 'mkl_blas' "$1/libtorch_cpu.so"; then
		printf 'MKL, its own'
	else
		printf 'its own'
	fi
}
