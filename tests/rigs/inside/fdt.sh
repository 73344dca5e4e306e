#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Shows the tree that the firmware handed over, as it came.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

check 'the firmware has handed over a tree' cp /sys/firmware/fdt /out/fdt
finish
