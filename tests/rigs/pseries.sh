#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Boots QEMU's pseries, what guests are: kmod/ with the tree that SLOF hands
# over.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"
begin_rig

for tool in dtc qemu-system-ppc64 busybox; do
	command -v "$tool" >/dev/null 2>&1 || cannot_run "there is no program $tool"
done
nv2dtc=${NV2DTC:-$builddir/nv2dtc}
[ -x "$nv2dtc" ] || cannot_run "there is no $nv2dtc: build it first"
build ppc64le-kernel ppc64le-modules ppc64le-root

# shellcheck source=tests/rigs/board.sh
. "$rigs/board.sh"

make_root "$root" "$(built ppc64le-root)" "$(built ppc64le-modules)"
if ! make_nodes "$data/host-os.dtbo" || ! make_bad "$data" "$data/host-os.dtbo"; then
	fail 'the overlays cannot be made'
	end_rig
fi
# It is about a node that guests have not.
sed -i '/^phandle /d' "$data/bad"
echo "${NV2_RIG_MUTANTS:-500}" >"$data/mutants"

make_initrd "$root" "$work/initrd"
boot_ppc 180 kmod kmod -M pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off \
	-cpu POWER9 -nodefaults -serial stdio -kernel "$(built ppc64le-kernel)/vmlinux" \
	-initrd "$work/initrd"
collect "$logs/kmod/tap" kmod
clean_log kmod "$logs/kmod"

skip "the guest's fragment" 'its second fragment has a node of the first one for a target, which no kernel takes'

end_rig
