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
check 'the second kernel is loaded' kexec -l /data/vmlinux --dtb="$dtb"
finish
# What is in memory goes with this kernel.
sed "s/^/nv2 tap /" /out/tap
kexec -e
