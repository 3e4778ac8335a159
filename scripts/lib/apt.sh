# shellcheck shell=bash
# Debian's packages: root gets what is missing installed, anybody else gets the command.

# package_installed NAME tells whether dpkg has NAME in place.
package_installed() {
	local status
	status="$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" && [ "$status" = installed ]
}

# apt_command NAME... prints the one command that installs the packages.
apt_command() {
	printf 'apt-get update && apt-get install -y --no-install-recommends %s' "$*"
}

# apt_install NAME... installs the packages, or prints the command for root and stops.
apt_install() {
	command -v apt-get >/dev/null ||
		die "missing: $*; there is no apt-get here, install them with this system's own package manager"
	if [ "$(id -u)" != 0 ]; then
		die "missing: $*; run this as root, then try again:
    $(apt_command "$@")"
	fi
	say "installing $* with apt-get, which takes a minute or two"
	apt_get update
	apt_get install -y --no-install-recommends "$@"
}

# apt_get runs apt-get without questions and waits for another one to end. It speaks only when it fails.
# What it may start does not hold the set-up's lock.
apt_get() {
	local output
	output="$(DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" 2>&1 </dev/null 9<&-)" ||
		die "$output
apt-get $1 failed, for the reason above; mend that and try again"
}
