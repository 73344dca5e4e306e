#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# In the second kernel: shows its tree.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

check 'the second kernel boots' true
cp -rL /proc/device-tree /out/tree
finish
