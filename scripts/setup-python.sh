#!/usr/bin/env bash
# Finds or installs the Python that the Go programs are compared with, and prints its path; all other
# words go to stderr. It needs numpy, Pillow, setuptools (which PyTorch's own test databases import) and
# the torch whose version is that of the chosen libtorch, for only then can results be equal bit for bit.
# The first of:
#
#   1. the Python named by PYTHON
#   2. python3 on PATH
#   3. Debian's /usr/bin/python3; root gets its packages installed when Debian's libtorch is used
#
# usage: PYTHON="$(scripts/setup-python.sh)"

# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib/common.sh"
. "$here/lib/apt.sh"

# The look that python_lacks takes; see there.
look='
import importlib.util, os, re, sys
want = sys.argv[1]
spec = importlib.util.find_spec("torch")
if not spec or not spec.origin:
    sys.exit(print("torch", want))
has = {}
exec(open(os.path.join(os.path.dirname(spec.origin), "version.py")).read(), has)
if re.match(r"[\d.]*\d", has["__version__"]).group() != want:
    sys.exit(print("torch", want, "(it has %s)" % has["__version__"]))
for name in "numpy", "PIL", "setuptools":
    spec = importlib.util.find_spec(name)
    if not spec or not spec.origin:  # a folder that a package left behind has no origin
        sys.exit(print(name))
'

main() {
	local version python lacks debian="$sysroot/usr/bin/python3"
	[ -f "$config_header" ] || "$here/setup-libtorch.sh" >&2
	version="$(sed -n 's/^#define MULTITORCH_LIBTORCH_VERSION "\(.*\)"/\1/p' "$config_header")"

	python="$(command_path "${PYTHON:-python3}")" || python=
	lacks="$(python_lacks "$python" "$version")" || {
		printf '%s\n' "$python"
		return
	}
	[ -z "${PYTHON:-}" ] || die "PYTHON=$PYTHON lacks $lacks; install it there, or unset PYTHON"

	# Debian's torch goes with Debian's libtorch; for any other one it would be installed in vain.
	if [ ! -e "$third_party" ] && python_lacks "$debian" "$version" >/dev/null; then
		apt_install python3-torch python3-numpy python3-pil python3-setuptools >&2
	fi
	lacks="$(python_lacks "$debian" "$version")" &&
		die "$debian lacks $lacks; set PYTHON to a Python that has it"
	printf '%s\n' "$debian"
}

# python_lacks PYTHON VERSION prints the first thing that is missing; it fails when nothing is. It only
# looks where the packages are, for importing torch takes seconds. Python starts in / so that this
# checkout's folder torch is not mistaken for the package. Suffixes of the version (1.13.0a0,
# 2.6.0+cpu) do not count.
python_lacks() {
	local answer
	answer="$(cd / && "$1" -c "$look" "$2" 2>/dev/null)" || answer='a working Python 3'
	printf '%s' "$answer"
	[ -n "$answer" ]
}

main "$@"
