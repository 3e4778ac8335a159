#!/usr/bin/env bash
# Gives the module another path, such as one's own repository's, under which `go get` takes it: in go.mod, in
# imports, and wherever docs, scripts and tests name a package.
#
# usage: scripts/rename-module.sh example.com/you/multitorch
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

[ $# = 1 ] || die "usage: scripts/rename-module.sh example.com/you/multitorch"
new="$1"
case "${new%%/*}" in
*.*) ;;
*) die "$new: expected a path whose first part has a dot, or go get will not take it, such as example.com/you/multitorch" ;;
esac
[[ "$new" =~ ^[A-Za-z0-9._~/-]+$ ]] || die "$new: a module's path has ASCII letters, digits and . _ ~ - / in it"

old="$(sed -n 's/^module //p' go.mod)"
[ "$old" != "$new" ] || die "the module is $new already"
"${GO:-go}" mod edit -module "$new" || die "go.mod was left as it is"

# A package's path is the module's, a slash and a folder. The name alone, as in bin/multitorch and in the
# cache's folder, stays.
folders="$(find . -name '*.go' ! -path './.*' -printf '%P\n' | sed -n 's,/.*,,p' | sort -u | paste -sd '|')"
name="${old//./\\.}"
package="(^|[^A-Za-z0-9_./~-])$name(/($folders)([^A-Za-z0-9_-]|\$))"
module="(^|[^A-Za-z0-9_./~-])$name(@|=\")" # as go mod edit is told it
mapfile -d '' files < <(find . \( -name .git -o -name third_party -o -name bin -o -name build -o -name runs \) -prune -o \
	\( -name '*.go' -o -name '*.md' -o -name '*.sh' -o -name '*.py' -o -name Makefile -o -path './.ci/*' \) -type f -print0 |
	xargs -0 grep -lZE "$package|$module")
sed -i -E "s,$package,\\1$new\\2,g; s,$module,\\1$new\\2,g" "${files[@]}"
printf 'the module is %s: go.mod and %d files were changed\n' "$new" "${#files[@]}"
