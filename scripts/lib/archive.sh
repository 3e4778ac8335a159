# shellcheck shell=bash
# An archive of libtorch becomes third_party/libtorch: whole, or not at all.

# The archive that is taken when LIBTORCH_URL is not set: PyTorch's own CPU build for x86-64.
default_url='https://download.pytorch.org/libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-2.6.0%2Bcpu.zip'

# from_url takes the archive that LIBTORCH_URL names: an address, a file:// address or a path.
from_url() {
	[ -n "${LIBTORCH_URL:-}" ] || return
	from_archive "$LIBTORCH_URL"
}

# from_default_url takes PyTorch's own archive.
from_default_url() {
	[ "$(uname -m)" = x86_64 ] || return
	from_archive "$default_url"
}

# from_archive ADDRESS unpacks the archive and chooses what was in it.
from_archive() {
	change "unpack $1 as third_party/libtorch" install_archive "$1"
	[ -n "$check_only" ] || adopt "$1" "$third_party"
}

# install_archive ADDRESS works in a folder of its own beside the target, checks what came out of the
# archive, and only then renames it, so that a failure at any point leaves nothing behind.
install_archive() {
	local address="$1" archive folder lacks found
	mkdir -p "$root/build" "${third_party%/*}" &&
		workplace="$(mktemp -d "$root/build/libtorch.XXXXXX")" ||
		die "no folder can be made in $root"
	trap 'rm -rf "$workplace"' EXIT
	trap 'exit 130' INT TERM

	archive="$(fetch "$address")" || exit
	unpack "$archive" "$workplace/out" ||
		die "$address cannot be unpacked: it may be truncated or no archive; fetch it again"
	for folder in "$workplace"/out/libtorch "$workplace"/out/torch "$workplace"/out; do
		if [ -d "$folder/include" ]; then break; fi
	done
	if lacks="$(libtorch_lacks "$folder/include" "$folder/lib")"; then
		die "$address holds no libtorch: it lacks ${lacks#"$workplace/out/"}"
	fi
	found="$(libtorch_version "$folder/include")"
	version_supported "$found" ||
		die "$address holds libtorch $found: $oldest_version or newer is needed"
	mv -T "$folder" "$third_party" || die "$third_party cannot be made"
}

# fetch ADDRESS prints the path of the archive on this machine.
fetch() {
	local address="$1" target
	case "$address" in
	http://* | https://*)
		target="$workplace/${address##*/}"
		warn "fetching $address"
		if command -v curl >/dev/null; then
			curl -fsSL --retry 2 -o "$target" "$address"
		elif command -v wget >/dev/null; then
			wget -q -O "$target" "$address"
		else
			die "neither curl nor wget is here to fetch $address; install one (Debian: apt-get install curl)"
		fi || die "$address cannot be fetched; set LIBTORCH_URL to an archive that can, or LIBTORCH to a libtorch"
		;;
	*)
		target="${address#file://}"
		[ -f "$target" ] || die "LIBTORCH_URL=$address: there is no file $target"
		;;
	esac
	printf '%s' "$target"
}

# unpack ARCHIVE FOLDER unpacks with whatever is here. Each of these checks the archive's own sums.
unpack() {
	mkdir -p "$2"
	case "$1" in
	*.tar | *.tar.* | *.tgz)
		tar -xf "$1" -C "$2"
		;;
	*)
		if command -v unzip >/dev/null; then
			unzip -q -o "$1" -d "$2" </dev/null
		elif command -v python3 >/dev/null; then
			python3 -m zipfile -e "$1" "$2"
		else
			die "no unzip is here to unpack $1; install one (Debian: apt-get install unzip)"
		fi
		;;
	esac
}
