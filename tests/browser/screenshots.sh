#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Makes the README's pictures, doc/*.png, anew from the board library. Their
# bytes depend on the browser and its fonts, so nothing compares them.

set -eu

: "${srcdir:?}" "${NV2DTC:?}"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
	echo 'screenshots need Chromium (./quickstart install browser)' >&2
	exit 3
}
work=$(mktemp -d "${TMPDIR:-/tmp}/nv2dtc shots.XXXXXX")
trap 'rm -rf "$work"' EXIT

for board in redbud sequoia; do
	"$NV2DTC" graph --html "$srcdir/dts/ibm/witherspoon-$board.nv2" >"$work/$board.html"
done
PYTHONDONTWRITEBYTECODE=1 HOME=$work timeout 120 python3 "$srcdir/tests/browser/screenshots.py" \
	"$browser" "$work/redbud.html" "$work/redbud.png" "$work/sequoia.html" "$work/sequoia.png"
for board in redbud sequoia; do
	pngquant --force --output "$work/small.png" 64 "$work/$board.png"
	optipng -quiet -o4 -strip all "$work/small.png"
	cp "$work/small.png" "$srcdir/doc/$board.png"
	size=$(wc -c <"$srcdir/doc/$board.png")
	printf 'doc/%s.png: %d bytes\n' "$board" "$size"
	[ "$size" -lt 300000 ] || {
		echo "that is more than 300000" >&2
		exit 1
	}
done
