# shellcheck shell=bash
# The places where versions of libtorch are tested. A place is a folder of matrix_dir, named after the
# version: a whole Debian in chroot/, or a Python in venv/ with the copy of the checkout beside it.

# origin NAME says where the version comes from.
origin() {
	case "$1" in
	1.13) printf 'Debian 12' ;;
	2.6) printf 'Debian 13' ;;
	2.14) printf 'Debian testing' ;;
	wheel) printf 'PyPI' ;;
	esac
}

# suite NAME prints debootstrap's name for the Debian that has the version.
suite() {
	case "$1" in
	1.13) printf bookworm ;;
	2.6) printf trixie ;;
	2.14) printf testing ;;
	esac
}

# make_place NAME makes a version's place, unless it is there. It is made under another name and
# renamed when it is whole.
make_place() {
	local place="$matrix_dir/$1"
	if [ "$1" = wheel ]; then
		[ -d "$place/venv" ] || make_venv "$place" || die 'the virtual environment could not be made'
	else
		[ -d "$place/chroot" ] || make_chroot "$place" "$(suite "$1")" || die "Debian $(suite "$1") could not be unpacked"
	fi
}

# make_chroot PLACE SUITE unpacks a small Debian; measure.sh has the rest installed by this project's own
# set-up. A mirror's lists of testing may be older than they allow themselves to be.
make_chroot() {
	local new="$1/chroot.new"
	rm -rf "$new" && mkdir -p "$1" || return
	unshare --mount debootstrap --variant=minbase --include=ca-certificates,unzip "$2" "$new" || return
	printf 'Acquire::Check-Valid-Until "false";\n' >"$new/etc/apt/apt.conf.d/99matrix" || return
	mv "$new" "$1/chroot"
}

# make_venv PLACE installs torch, and what the comparison with Python needs. A virtual environment
# cannot be moved, so it is removed again when that fails.
make_venv() {
	mkdir -p "$1" && rm -rf "$1/venv" || return
	python3 -m venv "$1/venv" && "$1/venv/bin/python" -m pip install torch numpy pillow setuptools || {
		rm -rf "$1/venv"
		return 1
	}
}

# sources NAME prints the folder that the checkout is copied to.
sources() {
	if [ "$1" = wheel ]; then
		printf '%s' "$matrix_dir/$1/src"
	else
		printf '%s' "$matrix_dir/$1/chroot/matrix"
	fi
}

# copy_checkout NAME copies what git knows and does not ignore, changes that are not committed included.
copy_checkout() {
	local target
	target="$(sources "$1")"
	rm -rf "$target" && mkdir -p "$target" || return
	(cd "$root" && git ls-files -z --cached --others --exclude-standard |
		tar --null --ignore-failed-read -T - -cf -) | tar -xf - -C "$target"
}

# inside NAME COMMAND... runs a command in the copy of the checkout, at the version's place.
inside() {
	local name="$1" goroot modules
	shift
	goroot="$("${GO:-go}" env GOROOT)" modules="$("${GO:-go}" env GOMODCACHE)" || return
	if [ "$name" = wheel ]; then
		(cd "$(sources wheel)" &&
			PATH="$goroot/bin:$PATH" PYTHON="$matrix_dir/wheel/venv/bin/python" LIBTORCH='' LIBTORCH_URL='' "$@")
	else
		unshare --mount "$here/in-chroot.sh" "$matrix_dir/$name/chroot" "$goroot" "$modules" "$@"
	fi
}
