#!/usr/bin/env bash
# Runs a command in the folder /matrix of a chroot, with this machine's Go, modules and data, which the
# command can read and not change. To be run in a mount namespace of its own, which undoes the mounts
# when the command ends, however it ends.
#
# usage: unshare --mount scripts/in-chroot.sh ROOT GOROOT MODULES COMMAND...
set -euo pipefail

chroot="$1" goroot="$2" modules="$3"
shift 3

# show FOLDER AS puts a folder of this machine into the chroot.
show() {
	mkdir -p "$chroot$2"
	mount --bind "$1" "$chroot$2"
	mount -o remount,bind,ro "$chroot$2"
}

mount -t proc proc "$chroot/proc"
mount --rbind /dev "$chroot/dev"
show "$goroot" /usr/local/go
show "$modules" /usr/local/modules
data="${MULTITORCH_DATA:-${XDG_CACHE_HOME:-$HOME/.cache}/multitorch}/emoji10"
if [ -d "$data" ]; then show "$data" /usr/local/data/emoji10; fi
# Networks change from one day to the next.
cp -L /etc/resolv.conf "$chroot/etc/resolv.conf"

proxies=()
for name in http_proxy https_proxy no_proxy; do
	if [ -n "${!name:-}" ]; then proxies+=("$name=${!name}"); fi
done
exec chroot "$chroot" env -i "${proxies[@]}" HOME=/root LANG=C.UTF-8 \
	PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	GOMODCACHE=/usr/local/modules GOPROXY=off GOTOOLCHAIN=local GOFLAGS=-buildvcs=false \
	MULTITORCH_DATA=/usr/local/data \
	sh -c 'cd /matrix && exec "$@"' sh "$@"
