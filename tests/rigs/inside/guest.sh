#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# A guest's fragment in a guest: applied, compared with what is to come out,
# property by property, and removed.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

# value PATH PROPERTY: in hexadecimal
value() {
	od -An -v -tx1 "/proc/device-tree$1/$2" | tr -d ' \n'
}

check 'the module loads' insmod /modules/nv2_overlay.ko
tree >/tmp/before
cp -rL /proc/device-tree /out/before

put split /data/emitted.dtbo
equal 'as it was emitted the kernel refuses it' unapplied "$(status split)"
has 'and says which node it misses' 'fragment@1: the live tree has no node' "$(error split)"
rmdir "$overlays"/split
tree >/tmp/after
check 'and nothing of it is there' cmp /tmp/before /tmp/after

put guest /data/guest.dtbo
equal 'in one fragment it is applied' applied "$(status guest)$(error guest)"
cp -rL /proc/device-tree /out/tree

# "PATH PROPERTY BYTES", or "PATH PROPERTY &PATH..." where it refers to nodes
rows=0
while read -r path property expected; do
	rows=$((rows + 1))
	case $expected in
	'&'*)
		wanted=
		for target in $expected; do
			wanted=$wanted$(value "${target#&}" phandle)
		done
		;;
	*) wanted=$expected ;;
	esac
	found=$(value "$path" "$property")
	if [ -z "$wanted" ] || [ "$wanted" != "$found" ]; then
		not_ok "$path: $property" "expected: $wanted
found: $found"
	fi
done </data/rows
check 'there was something to look for' test "$rows" -gt 60
ok "windows, links and memory nodes: $rows properties looked at"

check 'it can be removed' rmdir "$overlays"/guest
tree >/tmp/after
check 'the tree is as it was' cmp /tmp/before /tmp/after
finish
