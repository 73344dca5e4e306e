# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
#
# What the cases of tests/boot/runner.c ask for, in a directory. Sourced; needs $srcdir and
# $NV2DTC, and dtc on the path.
#
# For each board, redbud and sequoia:
#
#   B.nv2          the wiring, with guests vm0 (npu0) and vm8 (npu8, LPID 5)
#   B.nv2b         its bundle, counter 3
#   B.signed.nv2b  the same, signed with the key of RFC 8032, 7.1, TEST 1
#   B.bare.dtb     the host's tree before firmware has added NPUs: for host-fw
#   B.dtb          the same with host-fw merged: for host-os
#   B.merged.dtb   and with host-os as well
#   B.program.json, B.host-fw.dtbo, B.host-os.dtbo   (late-bound)
#
# and small.nv2b: one GPU, two links, guest vm0.

# shellcheck disable=SC2154 # the sourcing script's

# make_fixtures DIRECTORY
make_fixtures() (
	mkdir -p "$1" && cd -- "$1" || exit 1
	: >log
	# The secret half of that key, in base64.
	echo 'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=' >key
	chmod 600 key
	for board in redbud sequoia; do
		{
			cat "$srcdir/dts/ibm/witherspoon-$board.nv2"
			echo 'guest "vm0" { machine = "pseries-5.1"; phb 1 { npu = npu0; } };'
			echo 'guest "vm8" { machine = "pseries-5.1"; lpid = 5; phb 1 { npu = npu8; } };'
		} >$board.nv2
		{
			"$NV2DTC" compile -I "$srcdir/dts/ibm" --bundle-version=3 \
				--emit=bundle,host-fw,host-os,program $board.nv2 -o . &&
				"$NV2DTC" compile -I "$srcdir/dts/ibm" --bundle-version=3 \
					--emit=bundle --sign=key $board.nv2 -o signed &&
				mv signed/$board.nv2b $board.signed.nv2b &&
				dtc -q -I dts -O dtb -i "$srcdir/dts/base" -o $board.bare.dtb \
					"$srcdir/dts/base/witherspoon-$board.dts" &&
				"$NV2DTC" merge $board.bare.dtb $board.host-fw.dtbo -o $board.dtb &&
				"$NV2DTC" merge $board.dtb $board.nv2b -o $board.merged.dtb
		} >>log 2>&1 || exit 1
	done
	"$NV2DTC" compile --emit=bundle "$srcdir/tests/golden/bundle/small.nv2" -o . >>log 2>&1
)
