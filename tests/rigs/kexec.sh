#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# petitboot's path on QEMU's powernv9: the boot hook merges the bundle's overlay
# into the tree, kexec starts a second kernel with it, and that kernel's
# /proc/device-tree is compared with what the compiler says.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"
begin_rig

for tool in dtc fdtoverlay fdtput qemu-system-ppc64 busybox; do
	command -v "$tool" >/dev/null 2>&1 || cannot_run "there is no program $tool"
done
nv2dtc=${NV2DTC:-$builddir/nv2dtc}
[ -x "$nv2dtc" ] || cannot_run "there is no $nv2dtc: build it first"
build ppc64le-kernel ppc64le-modules ppc64le-root ppc64le-second

# shellcheck source=tests/rigs/board.sh
. "$rigs/board.sh"

# The host-fw overlay for the nodes as the kernel numbers them: its phandles for them are
# one higher than libfdt's, which a node with one phandle more makes up for.
make_live_fw() {
	cp -- "$logs/fdt/fdt" "$work/higher.dtb"
	highest=$(dtc -q -I dtb -O dts "$work/higher.dtb" |
		sed -n 's/^[[:space:]]*phandle = <\(0x[0-9a-f]*\)>;/\1/p' |
		while read -r phandle; do echo "$((phandle))"; done | sort -n | tail -n 1)
	fdtput -c "$work/higher.dtb" /nv2-rig-highest &&
		fdtput -t u "$work/higher.dtb" /nv2-rig-highest phandle "$((highest + 1))" &&
		fdtoverlay -i "$work/higher.dtb" -o "$work/live-bare.dtb" "$work/nodes.dtbo" &&
		"$nv2dtc" compile --emit host-fw "$top/dts/ibm/$board.nv2" \
			--base "$work/live-bare.dtb" -o "$work/live-fw" &&
		cp -- "$work/live-fw/$board.host-fw.dtbo" "$data/host-fw.dtbo"
}

# prepare: the tree that hooks before ours would hand over, as $data/boot.dtb,
# and what the second kernel must see
prepare() {
	make_nodes "$work/nodes.dtbo" || return 1
	boot fdt fdt
	collect "$logs/fdt/tap" fdt
	fdtoverlay -i "$logs/fdt/fdt" -o "$work/bare.dtb" "$work/nodes.dtbo" &&
		"$nv2dtc" compile "$top/dts/ibm/$board.nv2" --base "$work/bare.dtb" \
			-o "$work" || return 1
	fdtoverlay -i "$work/bare.dtb" -o "$data/boot.dtb" "$work/$board.host-fw.dtbo" &&
		fdtput -t s "$data/boot.dtb" /chosen bootargs \
			'console=hvc0 panic=-1 nv2_script=second' &&
		fdtput -d "$data/boot.dtb" /chosen linux,initrd-start linux,initrd-end &&
		fdtoverlay -i "$data/boot.dtb" -o "$work/merged.dtb" \
			"$work/$board.host-os.dtbo" || return 1
	flat "$work/merged.dtb" >"$work/expected"
	cp -- "$work/nodes.dtbo" "$data/nodes.dtbo"
	mkdir -- "$work/live-fw"
	make_live_fw || return 1
	cp -- "$work/$board.nv2b" "$data/board.nv2b"
	cp -- "$(built ppc64le-second)/vmlinux" "$data/vmlinux"
}

# reservations DTB: what its map keeps free
reservations() {
	dtc -q -I dtb -O dts "$1" | grep '^/memreserve/'
}

# Of the hook without boot_dtb: nothing but the overlay may be new, and the firmware's
# reservations, which /proc/device-tree does not show, must be there.
compare_alone() {
	mkdir -- "$work/alone"
	tr -d '\r' <"$logs/kexec/console" | sed -n 's/^nv2 first //p' | base64 -d 2>/dev/null |
		tar -xz -C "$work/alone" 2>/dev/null
	dtc -q -I fs -O dtb -o "$work/live.dtb" "$work/alone/tree" &&
		"$nv2dtc" compile --emit host-os "$top/dts/ibm/$board.nv2" --base "$work/live.dtb" \
			-o "$work/alone" &&
		fdtoverlay -i "$work/live.dtb" -o "$work/alone.dtb" \
			"$work/alone/$board.host-os.dtbo" && flat "$work/alone.dtb" >"$work/expected.alone"
	flat "$work/alone/alone.dtb" >"$work/found.alone"
	same 'without boot_dtb the tree is what fdtoverlay makes of the live one' \
		"$work/expected.alone" "$work/found.alone"
	reservations "$work/alone/fdt" >"$work/expected.alone"
	reservations "$work/alone/alone.dtb" >"$work/found.alone"
	check 'the firmware has reserved memory' test -s "$work/expected.alone"
	same "and its reservations are the firmware's" "$work/expected.alone" "$work/found.alone"
}

make_root "$root" "$(built ppc64le-root)" "$(built ppc64le-modules)"
place_nv2boot "$root" ppc64le
if prepare; then
	boot kexec kexec
	tr -d '\r' <"$logs/kexec/console" | sed -n 's/^nv2 tap //p' >"$work/first"
	collect "$work/first" first
	compare_alone
	collect "$logs/kexec/tap" second
	clean_log second "$logs/kexec"
	flat_dir "$logs/kexec/tree" >"$work/found"
	same "the second kernel's tree is what fdtoverlay makes" "$work/expected" "$work/found"
else
	fail 'the trees cannot be made'
fi

end_rig
