# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh disable=SC2154 # variables are those of rig.sh
#
# A POWER9 board made of QEMU's powernv9: its tree gets the nodes of a real
# board by an overlay, and registers of its NPUs are two shared memory devices.
# Sourced after rig.sh.

root=$work/root
data=$root/data
base=$top/dts/base
board=witherspoon-redbud

# The board's nodes as an overlay for skiboot's tree. What that tree has already
# is left out or gets another name; what Linux would drive at boot, another
# compatible.
make_nodes() {
	{
		awk '
		/^\/dts-v1\/;/ { print; print "/plugin/;"; next }
		/^\/ \{/ { print "/ { fragment@0 { target-path = \"/\"; __overlay__ {"; next }
		/^\};/ { print "}; }; };"; next }
		{ print }' "$base/witherspoon.dtsi" |
			sed -e 's/interrupt-controller@6030203180000/nv2-rig-interrupts/' \
				-e 's/pciex@600c3c0400000/pciex@600c3c0900000/' \
				-e 's/"ibm,power9-pciex", "ibm,ioda3-phb"/"nv2-rig,phb"/' \
				-e 's/"ibm,opal-xive-pe", "ibm,opal-intc"/"nv2-rig,interrupts"/'
		# Behind the root's own properties.
		sed '1,/^};/d' "$base/$board.dts"
		for node in memory@0 memory@200000000000 ibm,opal xscom@603fc00000000; do
			echo "/delete-node/ &{/fragment@0/__overlay__/$node};"
		done
	} | dtc -q -i "$base" -I dts -O dtb -o "$1" -
}

# boot NAME SCRIPT: with the root as it is now
boot() {
	make_initrd "$root" "$work/initrd"
	boot_ppc 120 "$1" "$2" -M powernv9 -kernel "$(built ppc64le-kernel)/vmlinux" \
		-initrd "$work/initrd" -serial mon:stdio \
		-object "memory-backend-file,id=m0,share=on,mem-path=$work/npu0,size=16M" \
		-device ivshmem-plain,memdev=m0,bus=pcie.0 \
		-object "memory-backend-file,id=m8,share=on,mem-path=$work/npu8,size=16M" \
		-device ivshmem-plain,memdev=m8,bus=pcie.1
}

# prepare_board: boots once to see which tree the machine has with the nodes
# of the board, and compiles the board for that tree
prepare_board() {
	boot board board
	collect "$logs/board/tap" board
	dtc -q -I fs -O dtb -o "$work/board.dtb" "$logs/board/tree" &&
		"$nv2dtc" compile "$top/dts/ibm/$board.nv2" --base "$work/board.dtb" \
			-o "$work" || return 1
	cp -- "$work/$board.host-fw.dtbo" "$data/host-fw.dtbo"
	cp -- "$work/$board.nv2b" "$data/board.nv2b"
	fdtoverlay -i "$work/board.dtb" -o "$work/merged.dtb" "$work/$board.host-fw.dtbo" \
		"$work/$board.host-os.dtbo" && flat "$work/merged.dtb" >"$work/expected"
}
