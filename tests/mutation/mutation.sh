#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Makes the fixtures of tests/boot/runner, then flips operators and constants: see check.py.

set -u
LC_ALL=C
export LC_ALL
srcdir=$(cd -- "${srcdir:-$(dirname -- "$0")/../..}" && pwd) || exit 1
builddir=$(cd -- "${builddir:-$srcdir/build}" && pwd) || exit 1
: "${NV2DTC:=$builddir/nv2dtc}"
: "${CC:=gcc}"
# shellcheck source=tests/boot/fixtures.sh disable=SC1091
. "$srcdir/tests/boot/fixtures.sh"

for tool in "$CC" dtc nm python3; do
	command -v "$tool" >/dev/null || {
		echo "skipped: there is no $tool: install gcc, device-tree-compiler, python3"
		echo '0 passed, 0 failed, 1 skipped'
		exit 0
	}
done

work=$(mktemp -d "${TMPDIR:-/tmp}/nv2-mutation.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
make_fixtures "$work/fixtures" || {
	cat "$work/fixtures/log"
	echo 'FAIL: the fixtures cannot be made'
	echo '0 passed, 1 failed, 0 skipped'
	exit 1
}
NV2_FIXTURES=$work/fixtures TMPDIR=$work
export srcdir builddir CC NV2_FIXTURES TMPDIR
PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/mutation/check.py" "$@"
