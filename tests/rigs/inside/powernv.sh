#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# nv2boot with registers behind PCI, on a board made of overlays.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

bundle=/data/board.nv2b

# run STATUS NAME COMMAND...: nv2boot ends with that status
run() {
	wanted=$1
	run_name=$2
	shift 2
	nv2boot "$@" >/tmp/run 2>&1
	run_status=$?
	if [ "$run_status" -eq "$wanted" ]; then
		ok "$run_name"
	else
		not_ok "$run_name" "exit status $run_status, expected $wanted
$(head -c 2000 /tmp/run)"
	fi
}

equal 'pages have 64 KiB' 65536 \
	"$(LD_SHOW_AUXV=1 /lib64/ld64.so.2 /bin/kexec --version | awk '/^AT_PAGESZ:/ { print $2 }')"
check 'the module loads' insmod /modules/nv2_overlay.ko
put nodes /data/nodes.dtbo
put fw /data/host-fw.dtbo
equal 'nodes and host-fw are applied' 'applied applied' "$(status nodes) $(status fw)"
for device in 0000:01:00.0 0001:01:00.0; do
	echo 1 >"/sys/bus/pci/devices/$device/enable"
done
set -- --backend npu0=pci:0000:01:00.0/2,npu8=pci:0001:01:00.0/2

tree >/tmp/before
run 0 'apply' apply "$@" $bundle
tree >/tmp/applied
check_not 'the tree has changed' cmp -s /tmp/before /tmp/applied
run 0 'verify' verify "$@" $bundle
run 0 'apply again' apply "$@" $bundle
run 0 'remove' remove "$@"
tree >/tmp/after
check 'remove leaves the tree as it was' cmp /tmp/before /tmp/after
run 1 'verify sees the difference' verify "$@" $bundle
run 0 'apply after remove' apply "$@" $bundle
tree >/tmp/after
check 'the tree is that of the first time' cmp /tmp/applied /tmp/after
cp -rL /proc/device-tree /out/tree
run 0 'status' status "$@"
finish
