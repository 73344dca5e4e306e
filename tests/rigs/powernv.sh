#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Boots QEMU's powernv9 with skiboot. First kmod/ with skiboot's tree; then a
# board is made of it by an overlay, its NPUs' registers are two shared memory
# devices, and nv2boot applies the board's bundle: tree and bytes of the
# windows are compared with what the compiler says.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"
begin_rig

for tool in dtc fdtoverlay qemu-system-ppc64 busybox jq; do
	command -v "$tool" >/dev/null 2>&1 || cannot_run "there is no program $tool"
done
nv2dtc=${NV2DTC:-$builddir/nv2dtc}
[ -x "$nv2dtc" ] || cannot_run "there is no $nv2dtc: build it first"
build ppc64le-kernel ppc64le-modules ppc64le-root

# shellcheck source=tests/rigs/board.sh
. "$rigs/board.sh"

make_root "$root" "$(built ppc64le-root)" "$(built ppc64le-modules)"
if ! make_nodes "$data/nodes.dtbo" || ! make_bad "$data" "$data/nodes.dtbo"; then
	fail 'the overlays cannot be made'
	end_rig
fi

#
# kmod/
#

cp -- "$data/nodes.dtbo" "$data/host-os.dtbo"
echo "${NV2_RIG_MUTANTS:-1000}" >"$data/mutants"
boot kmod kmod
collect "$logs/kmod/tap" kmod
clean_log kmod "$logs/kmod"
rm -f -- "$data/host-os.dtbo"

#
# nv2boot
#

# check_window <ROWS: whether the registers of the windows have the values of the
# program; a row is "file offset value mask"
# shellcheck disable=SC2317 # called by check
check_window() {
	while read -r file offset value mask; do
		found=$(od -An -v -tx1 -j "$((offset))" -N 8 "$work/$file" | tr -d ' ')
		wanted=$(printf '%16s' "${value#0x}" | tr ' ' 0)
		mask=$(printf '%16s' "${mask#0x}" | tr ' ' 0)
		for half in 1-8 9-16; do
			f=$((0x$(printf '%s' "$found" | cut -c"$half")))
			w=$((0x$(printf '%s' "$wanted" | cut -c"$half")))
			m=$((0x$(printf '%s' "$mask" | cut -c"$half")))
			if [ $((f & m)) -ne $((w & m)) ]; then
				echo "$file at $offset: $found, expected $wanted, mask $mask"
				return 1
			fi
		done
		registers=$((registers + 1))
	done
	echo "$registers registers"
}

# shellcheck disable=SC2317
compare_windows() {
	registers=0
	jq -r '.writes[] | select(.phase == "boot") | "\(.npu) \(.register) \(.value) \(.mask)"' \
		"$work/$board.program.json" >"$work/rows" &&
		[ -s "$work/rows" ] && check_window <"$work/rows"
}

place_nv2boot "$root" ppc64le
if prepare_board; then
	boot nv2boot powernv
	collect "$logs/nv2boot/tap" nv2boot
	clean_log nv2boot "$logs/nv2boot"
	flat_dir "$logs/nv2boot/tree" >"$work/found"
	same '/proc/device-tree is what fdtoverlay makes' "$work/expected" "$work/found"
	check 'the windows hold what the program says, byte by byte' compare_windows
	sed 's/^/# /' "$work/check.log"
else
	fail 'the board cannot be compiled for this machine'
fi

end_rig
