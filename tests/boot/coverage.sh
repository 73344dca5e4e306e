#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Runs the cases of runner.c on src/blob and src/boot built for gcov, prints how
# many branches they take, and fails when it is not each of them. A branch that
# cannot be taken is marked `GCOVR_EXCL_…: reason`, on one line; how
# many such marks there are is printed, and one without a reason fails.

set -u
LC_ALL=C
export LC_ALL
srcdir=$(cd -- "${srcdir:-$(dirname -- "$0")/../..}" && pwd) || exit 1
builddir=$(cd -- "${builddir:-$srcdir/build}" && pwd) || exit 1
: "${NV2DTC:=$builddir/nv2dtc}"
: "${CC:=gcc}"
# shellcheck source=tests/boot/fixtures.sh disable=SC1091
. "$srcdir/tests/boot/fixtures.sh"

for tool in "$CC" gcov gcovr dtc; do
	command -v "$tool" >/dev/null || {
		echo "coverage skipped: there is no $tool: install gcc, gcovr, device-tree-compiler"
		exit 77
	}
done
[ -x "$NV2DTC" ] || {
	echo "coverage.sh: there is no program $NV2DTC" >&2
	exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/nv2boot-coverage.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd -- "$work" || exit 1

make_fixtures fixtures || {
	cat fixtures/log >&2
	exit 1
}

options="-std=c11 -D_XOPEN_SOURCE=700 -O0 -g -I$srcdir/include -I$srcdir/src -I$srcdir/tests/boot"
mkdir library cases || exit 1
# shellcheck disable=SC2086 # a list of options
(cd library && $CC $options --coverage -c "$srcdir"/src/blob/*.c "$srcdir"/src/boot/*.c) &&
	(cd cases && $CC $options -c "$srcdir"/tests/boot/*.c) &&
	$CC --coverage -o runner library/*.o cases/*.o || exit 1

./runner fixtures >tap || {
	grep -v '^ok' tap
	echo 'coverage.sh: the cases fail: nothing is measured' >&2
	exit 1
}

failed=0
gcovr --root "$srcdir" --object-directory library --filter '.*src/(blob|boot)/' --branches \
	--print-summary library >report 2>log || failed=1
cat log report
# Of no branch at all, each is taken.
taken=$(sed -n 's/^branches: .*(\([0-9]*\) out of \([0-9]*\))$/\1 \2/p' report)
case $taken in
'' | *' 0')
	echo 'coverage.sh: nothing was measured'
	failed=1
	;;
*)
	[ "${taken% *}" -eq "${taken#* }" ] || {
		echo "coverage.sh: $((${taken#* } - ${taken% *})) branches are not taken"
		failed=1
	}
	;;
esac

marks=$(grep -rn 'GCOVR_EXCL' "$srcdir/src/blob" "$srcdir/src/boot")
bare=$(printf '%s\n' "$marks" | grep . | grep -Ev 'GCOVR_EXCL_(BR_)?STOP|GCOVR_EXCL_[A-Z_]+: [a-z]')
printf 'cases: %d, marks that exclude a branch: %d\n' "$(grep -c '^ok' tap)" \
	"$(printf '%s\n' "$marks" | grep -c .)"
if [ -n "$bare" ]; then
	printf 'coverage.sh: without a reason:\n%s\n' "$bare"
	failed=1
fi
exit "$failed"
