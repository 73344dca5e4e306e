#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# What petitboot does: boot hooks change the tree, one after the other, and
# another kernel is started with it.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

boot_dtb=/data/boot.dtb nv2boot petitboot-hook --bundle=/data/board.nv2b \
	>/tmp/hook 2>/tmp/hook.err
equal 'the hook changes the tree' 2 $?
dtb=$(sed -n 's/^boot_dtb=//p' /tmp/hook)
check 'and names its file' test -s "$dtb"
boot_dtb=$dtb nv2boot petitboot-hook --bundle=/data/board.nv2b >/tmp/again 2>&1
equal 'with that tree it has nothing to do' 0 $?

# Without a hook before it there is no boot_dtb: then it is the tree of this kernel. That has
# the nodes of the board here once they were applied.
check 'the module loads' insmod /modules/nv2_overlay.ko
put nodes /data/nodes.dtbo
put fw /data/host-fw.dtbo
equal 'nodes and host-fw are applied' 'applied applied' "$(status nodes) $(status fw)"
(unset boot_dtb && nv2boot petitboot-hook --bundle=/data/board.nv2b >/tmp/alone 2>/tmp/alone.err)
equal 'without boot_dtb the hook changes the tree of this kernel' 2 $?
alone=$(sed -n 's/^boot_dtb=//p' /tmp/alone)
check 'and names its file' test -s "$alone"
check 'which is another one' test "$alone" != "$dtb"
mkdir /tmp/first
cp -- "$alone" /tmp/first/alone.dtb
cp -- /sys/firmware/fdt /tmp/first/fdt
cp -rL /proc/device-tree /tmp/first/tree
check 'the second kernel is loaded' kexec -l /data/vmlinux --dtb="$dtb"
finish
# What is in memory goes with this kernel.
sed "s/^/nv2 tap /" /out/tap
tar -C /tmp/first -cz . | base64 | sed 's/^/nv2 first /'
kexec -e
