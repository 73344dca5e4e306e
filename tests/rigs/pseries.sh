#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Boots QEMU's pseries, what guests are: kmod/ with the tree that SLOF hands
# over, then the fragment that is compiled for a guest.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"
begin_rig

for tool in dtc fdtget fdtoverlay qemu-system-ppc64 busybox; do
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

# boot_guest NAME SCRIPT
boot_guest() {
	make_initrd "$root" "$work/initrd"
	boot_ppc 180 "$1" "$2" \
		-M pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off \
		-cpu POWER9 -nodefaults -serial stdio \
		-kernel "$(built ppc64le-kernel)/vmlinux" -initrd "$work/initrd"
}

boot_guest kmod kmod
collect "$logs/kmod/tap" kmod
clean_log kmod "$logs/kmod"

#
# A guest's fragment
#

# in_one_fragment EMITTED OVERLAY: what the fragments of a guest's overlay make, as one.
# Those behind the first have targets that the first makes: libfdt, and so every monitor
# that merges the guest's tree before it starts, looks for each when it is its turn; the
# kernel looks for all before it begins. One fragment would do for both, but dtc
# would warn of each node with a unit address that its __local_fixups__ mirrors.
in_one_fragment() {
	echo '/dts-v1/; / { };' | dtc -q -I dts -O dtb -o "$work/none.dtb" - &&
		fdtoverlay -i "$work/none.dtb" -o "$work/fragment.dtb" "$1" &&
		dtc -q -I dtb -O dts -o "$work/fragment.dts" "$work/fragment.dtb" || return 1
	{
		echo '/dts-v1/; / { fragment@0 { target-path = "/"; __overlay__ {'
		sed '1,/^\/ {/d; $d' "$work/fragment.dts" | sed '/^};/d'
		echo '}; }; __local_fixups__ { fragment@0 { __overlay__ {'
		sed '1,/^\/ {/d' "$work/fragment.dts" | awk '
			/^};/ { exit }
			/{$/ || /};$/ { print }
			$1 ~ /^(ibm,npu|ibm,gpu|ibm,nvlink|memory-region)$/ {
				printf "%s = <", $1
				for (i = 3; i <= NF; i++) printf " %d", 4 * (i - 3)
				print ">;"
			}'
		echo '}; }; }; };'
	} | dtc -q -I dts -O dtb -o "$2" -
}

# list_rows TREE.dtb: what the script in the guest looks for, a property a line
list_rows() {
	flatten "$1" | sed -n 's,^\(/.*\)/ \([^ ]*\) = \(.*\)$,\1 \2 \3,p' |
		while read -r path property value; do
			case $value in
			'&'*) echo "$path $property $value" ;;
			*)
				bytes=$(fdtget -t bx "$1" "$path" "$property" | tr ' ' '\n' |
					sed 's/^.$/0&/' | tr -d '\n')
				echo "$path $property $bytes"
				;;
			esac
		done
}

# What has to come out was typed by hand from the facts.
facts=$top/tests/golden/guest/redbud
make_guest() {
	"$nv2dtc" compile --emit guest -o "$work" "$facts.nv2" &&
		cp -- "$work/redbud.vm0.guest.dtbo" "$data/emitted.dtbo" &&
		in_one_fragment "$data/emitted.dtbo" "$data/guest.dtbo" &&
		dtc -q -I dts -O dtb -o "$work/facts.dtb" "$facts.dts" || return 1
	list_rows "$work/facts.dtb" >"$data/rows"
}

if make_guest; then
	boot_guest guest guest
	collect "$logs/guest/tap" guest
	clean_log guest "$logs/guest"
	dtc -q -I fs -O dtb -o "$work/before.dtb" "$logs/guest/before" &&
		fdtoverlay -i "$work/before.dtb" -o "$work/merged.dtb" "$data/emitted.dtbo" &&
		flat "$work/merged.dtb" >"$work/expected"
	flat_dir "$logs/guest/tree" >"$work/found"
	same 'guest: /proc/device-tree is what fdtoverlay makes of the emitted fragment' \
		"$work/expected" "$work/found"
else
	fail 'the fragment of the guest cannot be made'
fi

end_rig
