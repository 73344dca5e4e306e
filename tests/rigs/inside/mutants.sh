#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Damaged overlays, through an interface that looks at none of them.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

argument() {
	sed -n "s/.*nv2_$1=\([0-9]*\).*/\1/p" /proc/cmdline
}

insmod /modules/variants.ko variant=positive-is-applied || not_ok 'the module loads'
dmesg -n 1
if mutate "$(argument count)" "$(argument seed)" /data/base.dtb /data/*.dtbo; then
	ok "$(argument count) mutants: merge and the kernel agree"
else
	not_ok "$(argument count) mutants: merge and the kernel agree" "$(head -c 2000 /out/log)"
fi
equal 'no item is left' '' "$(find "$overlays" -mindepth 1 -type d)"
finish
