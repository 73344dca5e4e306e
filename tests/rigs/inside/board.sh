#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Makes a board of this machine, and shows its tree.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

check 'the module loads' insmod /modules/nv2_overlay.ko
put nodes /data/nodes.dtbo
equal 'the nodes of the board are applied' applied "$(status nodes)$(error nodes)"
cp -rL /proc/device-tree /out/tree
finish
