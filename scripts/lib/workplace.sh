# shellcheck shell=bash
# One set-up at a time works on a checkout, in a folder of its own, whose files are renamed into place
# when they are whole. So a set-up that is killed at any moment leaves only that folder, and the next one
# takes it away.

workplace="${third_party%/*}/.setup"

# one_at_a_time waits until no other set-up is at work here. The lock is on the folder third_party, which
# is there in a checkout that can't be written to, too. Whatever was started under it holds it as well.
one_at_a_time() {
	mkdir -p "${third_party%/*}" 2>/dev/null || return 0
	command -v flock >/dev/null && { exec 9<"${third_party%/*}"; } 2>/dev/null || return 0
	flock -n 9 || [ $? != 1 ] || { # 1: another one has it; else this file system knows no locks
		warn 'another set-up is at work here; waiting for it'
		flock 9
	}
	rm -rf "$workplace" 2>/dev/null || true # left by one that was killed
}

# open_workplace makes the folder, which goes when the script ends. Under --check it is somewhere else.
open_workplace() {
	[ ! -d "$workplace" ] || return 0
	[ -z "$check_only" ] || workplace="$(mktemp -du)"
	trap 'close_workplace' EXIT
	trap 'close_workplace; exit 129' HUP # not exit alone: when EXIT's trap has begun, it isn't run again
	trap 'close_workplace; exit 130' INT
	trap 'close_workplace; exit 143' TERM
	mkdir -p "$workplace" 2>/dev/null || die "$root can't be written to, and this has to be set up in it;" \
		"let somebody set it up who may, or copy it"
}

close_workplace() {
	local worker
	trap '' HUP INT TERM # rm is told to end as well
	for worker in $(jobs -p); do # not of a variable: a signal may come before it is set
		kill -KILL "$worker" 2>/dev/null || true
		wait "$worker" 2>/dev/null || true
	done
	rm -rf "$workplace"
}

# at_work COMMAND... runs a long command, which ends when this script is told to end, or is killed.
at_work() {
	local status=0 guard=()
	! command -v setpriv >/dev/null || guard=(setpriv --pdeathsig KILL)
	"${guard[@]}" "$@" &
	wait $! || status=$?
	return "$status"
}
