#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# usage: sh machine.sh TREE.dtb DIR
#
# A made-up Witherspoon "Redbud" in the directory DIR, for nv2boot --root=DIR:
# the device tree as /proc shows it, the PCI functions of GPUs and bridges with
# their IOMMU groups as sysfs does, and a file with the registers of each NPU,
# for --backend=npu0=file:/npu0,npu8=file:/npu8. Run again, it is started anew,
# with TREE.dtb: what is in its /etc and /var stays.
#
# Needs fdtget (device-tree-compiler).

set -eu

[ $# -eq 2 ] || {
	echo 'usage: sh machine.sh TREE.dtb DIR' >&2
	exit 2
}
tree=$1
dir=$2

# list TREE NODE: its nodes, whole paths, parents first
list() {
	printf '%s\n' "$1"
	fdtget -l "$tree" "$1" | while IFS= read -r child; do
		list "${1%/}/$child"
	done
}

# put_bytes FILE: hexadecimal numbers on standard input, as bytes
put_bytes() {
	awk '{
		for (i = 1; i <= NF; i++) {
			n = 0
			for (j = 1; j <= length($i); j++)
				n = n * 16 + index("0123456789abcdef", substr($i, j, 1)) - 1
			printf "\\%03o", n
		}
	}' | {
		IFS= read -r escapes || :
		# shellcheck disable=SC2059 # escapes
		printf "$escapes"
	} >"$1"
}

# The tree.
rm -rf "$dir/proc/device-tree" "$dir/sys" "$dir/run"
mkdir -p "$dir/proc/device-tree" "$dir/proc/sys/kernel/random" "$dir/run" "$dir/tmp" \
	"$dir/etc" "$dir/var/lib" "$dir/sys/firmware"
list / | while IFS= read -r node; do
	mkdir -p "$dir/proc/device-tree$node"
	name=${node##*/}
	printf '%s\0' "${name%@*}" >"$dir/proc/device-tree${node%/}/name"
	fdtget -p "$tree" "$node" | while IFS= read -r property; do
		fdtget -t bx "$tree" "$node" "$property" |
			put_bytes "$dir/proc/device-tree${node%/}/$property"
	done
done
cp "$tree" "$dir/sys/firmware/fdt"
cat /proc/sys/kernel/random/uuid >"$dir/proc/sys/kernel/random/boot_id"

# The registers: all are 0 after a reset.
rm -f "$dir/npu0" "$dir/npu8"
truncate -s 16M "$dir/npu0" "$dir/npu8"

# pci ADDRESS NODE GROUP CLASS: a PCI function.
pci() {
	device=$dir/sys/bus/pci/devices/$1
	group=$dir/sys/kernel/iommu_groups/$3/devices
	mkdir -p "$device" "$group"
	ln -s "../../../../firmware/devicetree/base$2" "$device/of_node"
	ln -s "../../../../devices/$1" "$group/$1"
	echo "$4" >"$device/class"
}

below=pci@0/pci@0
pci 0004:04:00.0 "/pciex@600c3c0400000/$below/pci@a/3d-controller@0" 5 0x030200
pci 0004:05:00.0 "/pciex@600c3c0400000/$below/pci@b/3d-controller@0" 5 0x030200
pci 0035:03:00.0 "/pciex@620c3c0500000/$below/pci@4/3d-controller@0" 6 0x030200
pci 0035:04:00.0 "/pciex@620c3c0500000/$below/pci@5/3d-controller@0" 6 0x030200
for slot in 0 1; do
	for part in 0 1 2; do
		unit=$slot
		[ $part -eq 0 ] || unit=$slot,$part
		pci "0006:00:0$slot.$part" "/pciex@6030200000000/unknown-bridge@$unit" 5 0x068001
		pci "0007:00:0$slot.$part" "/pciex@6230200000000/unknown-bridge@$unit" 6 0x068001
	done
done
