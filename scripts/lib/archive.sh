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
	local address="$1" archive folder wrong found
	ensure_packages
	open_workplace
	fetch "$address"
	unpack "$archive" "$workplace/out" ||
		die "$address cannot be unpacked: it may be truncated or no archive, or the disk is full; see above"
	for folder in "$workplace"/out/libtorch "$workplace"/out/torch "$workplace"/out; do
		if [ -d "$folder/include" ]; then break; fi
	done
	if wrong="$(libtorch_lacks "$folder/include" "$folder/lib")"; then
		die "$address holds no libtorch: it lacks ${wrong#"$workplace/out/"}"
	fi
	found="$(libtorch_version "$folder/include")"
	version_supported "$found" ||
		die "$address holds libtorch $found: $oldest_version or newer is needed"
	if wrong="$(libtorch_fault "$folder/include" "$folder/lib" "$found")"; then
		die "$address holds a libtorch that is of no use: ${wrong//"$workplace/out/"/}"
	fi
	mv -T "$folder" "$third_party" || die "$third_party cannot be made"
}

# fetch ADDRESS sets archive to the archive's path on this machine.
fetch() {
	local address="$1"
	case "$address" in
	http://* | https://*)
		archive="$workplace/${address##*/}"
		warn "fetching $address"
		if command -v curl >/dev/null; then
			at_work curl -fsSL --retry 2 -o "$archive" "$address"
		elif command -v wget >/dev/null; then
			at_work wget -q -O "$archive" "$address"
		else
			die "neither curl nor wget is here to fetch $address; install one (Debian: apt-get install curl)"
		fi || die "$address cannot be fetched; set LIBTORCH_URL to an archive that can, or LIBTORCH to a libtorch"
		;;
	*)
		archive="${address#file://}"
		[ -f "$archive" ] || die "LIBTORCH_URL=$address: there is no file $archive"
		;;
	esac
}

# unpack ARCHIVE FOLDER unpacks with whatever is here. Each of these checks the archive's own sums.
unpack() {
	mkdir -p "$2"
	case "$1" in
	*.tar | *.tar.* | *.tgz)
		at_work tar -xf "$1" -C "$2"
		;;
	*)
		if command -v unzip >/dev/null; then
			at_work unzip -q -o "$1" -d "$2"
		elif command -v python3 >/dev/null; then
			at_work python3 -m zipfile -e "$1" "$2"
		else
			die "no unzip is here to unpack $1; install one (Debian: apt-get install unzip)"
		fi
		;;
	esac
}
