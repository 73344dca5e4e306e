#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# nv2boot on a real kernel, through the interface that the command line names:
# kmod, or a row of variants.c. Registers are files.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

variant=$(sed -n 's/.*nv2_variant=\([a-z-]*\).*/\1/p' /proc/cmdline)
bundle=/data/board.nv2b

if [ "$variant" = kmod ]; then
	check "$variant: the module loads" insmod /modules/nv2_overlay.ko
else
	check "$variant: the module loads" insmod /modules/variants.ko variant="$variant"
fi
# Each overlay for old nodes brings a screen of warnings of leaks.
dmesg -n 1
truncate -s 16M /run/npu0 /run/npu8
set -- --backend npu0=file:/run/npu0,npu8=file:/run/npu8

# run STATUS NAME COMMAND...: nv2boot ends with that status
run() {
	wanted=$1
	run_name=$2
	shift 2
	nv2boot "$@" >/tmp/run 2>&1
	run_status=$?
	if [ "$run_status" -eq "$wanted" ]; then
		ok "$variant: $run_name"
	else
		not_ok "$variant: $run_name" "exit status $run_status, expected $wanted
$(head -c 2000 /tmp/run)"
	fi
}

registers() {
	look registers /run/npu0 /run/npu8
}

tree >/tmp/before
registers >/tmp/registers.before

run 0 'apply' apply "$@" $bundle
tree >/tmp/applied
registers >/tmp/registers.applied
check_not "$variant: the tree has changed" cmp -s /tmp/before /tmp/applied
check_not "$variant: the registers have changed" cmp -s /tmp/registers.before /tmp/registers.applied
cp -rL /proc/device-tree /out/tree
run 0 'verify' verify "$@" $bundle
run 0 'status' status "$@"
run 0 'apply again' apply "$@" $bundle
tree >/tmp/after
check "$variant: apply again changes nothing" cmp /tmp/applied /tmp/after
run 0 'remove' remove "$@"
tree >/tmp/after
registers >/tmp/registers.after
check "$variant: remove leaves the tree as it was" cmp /tmp/before /tmp/after
check "$variant: and the registers" cmp /tmp/registers.before /tmp/registers.after
run 0 'apply after remove' apply "$@" $bundle
tree >/tmp/after
registers >/tmp/registers.after
check "$variant: the tree is that of the first time" cmp /tmp/applied /tmp/after
check "$variant: and the registers are" cmp /tmp/registers.applied /tmp/registers.after
run 0 'remove after that' remove "$@"

#
# Bundles that are none
#

for broken in truncated junk other; do
	nv2boot apply "$@" /data/$broken.nv2b >/tmp/run 2>&1
	equal "$variant: a bundle that is $broken is refused" 1 $?
	tree >/tmp/after
	registers >/tmp/registers.after
	check "$variant: and the tree is as it was" cmp /tmp/before /tmp/after
	check "$variant: and the registers are" cmp /tmp/registers.before /tmp/registers.after
done

#
# Kills
#

kills=$(sed -n 's/.*nv2_kills=\([0-9]*\).*/\1/p' /proc/cmdline)
if killer "$kills" 7 /run/npu0 /run/npu8 -- "$@" $bundle >/tmp/kills 2>&1; then
	ok "$variant: kill -9: $(tail -n 1 /tmp/kills)"
else
	not_ok "$variant: kill -9" "$(tail -n 20 /tmp/kills)"
fi

#
# An overlay that the kernel refuses, whatever the interface says of it
#

if [ "$variant" != kmod ]; then
	parameter=/sys/module/variants/parameters/instead
	# Not cells: Linux 6.1 panics when a module has it removed.
	for bad in bad-target no-symbols own-symbols empty truncated junk duplicate cells-alone; do
		tree >/tmp/before
		registers >/tmp/registers.before
		echo /data/$bad.dtbo >$parameter
		nv2boot apply "$@" $bundle >/tmp/run 2>&1
		status=$?
		echo - >$parameter
		tree >/tmp/after
		registers >/tmp/registers.after
		case $status in
		3)
			check "$variant: $bad: said to have failed, and the tree is as it was" \
				cmp /tmp/before /tmp/after
			check "$variant: $bad: and the registers are" \
				cmp /tmp/registers.before /tmp/registers.after
			;;
		4)
			# The kernel itself has damaged the tree.
			check_not "$variant: $bad: said that the undo failed, and so it is" \
				cmp -s /tmp/before /tmp/after
			;;
		*)
			not_ok "$variant: $bad: said to have failed" "exit status $status
$(head -c 2000 /tmp/run)"
			;;
		esac
		sed "s/^/$bad: /" /tmp/run
		nv2boot status "$@" >/tmp/status 2>&1
		check_not "$variant: $bad: status does not call it applied" \
			grep -q '^applied' /tmp/status
	done
fi

equal "$variant: no item is left" '' "$(find "$overlays" -mindepth 1 -type d)"
finish
