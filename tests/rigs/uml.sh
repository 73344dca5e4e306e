#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Boots User Mode Linux with a board's tree as its own, and applies overlays
# to it through kmod/, and through modules that behave as badly as vendors' do.

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"
begin_rig

command -v dtc >/dev/null 2>&1 || cannot_run 'there is no dtc: install device-tree-compiler'
nv2dtc=${NV2DTC:-$builddir/nv2dtc}
[ -x "$nv2dtc" ] || cannot_run "there is no $nv2dtc: build it first"
[ "$(uname -m)" = x86_64 ] || cannot_run 'this is no x86-64 machine'
build uml-modules uml-root

kernel=$(built uml-kernel)/vmlinux
root=$work/root
data=$root/data

make_data() {
	cat -- "$top/dts/base/witherspoon-redbud.dts" "$rigs/uml.dtsi" |
		dtc -q -i "$top/dts/base" -I dts -O dtb -o "$work/bare.dtb" - &&
		"$nv2dtc" compile "$top/dts/ibm/witherspoon-redbud.nv2" \
			--base "$work/bare.dtb" -o "$work" &&
		fdtoverlay -i "$work/bare.dtb" -o "$data/base.dtb" \
			"$work/witherspoon-redbud.host-fw.dtbo" &&
		cp -- "$work/witherspoon-redbud.host-os.dtbo" "$data/host-os.dtbo" &&
		cp -- "$work/witherspoon-redbud.nv2b" "$data/board.nv2b" || return 1

	make_bad "$data" "$data/host-os.dtbo" || return 1
	echo "${NV2_RIG_MUTANTS:-5000}" >"$data/mutants"

	head -c 20000 "$data/board.nv2b" >"$data/truncated.nv2b"
	cp -- "$data/junk.dtbo" "$data/junk.nv2b"
	"$nv2dtc" compile "$top/dts/ibm/witherspoon-sequoia.nv2" --emit bundle -o "$work" &&
		mv -- "$work/witherspoon-sequoia.nv2b" "$data/other.nv2b"
}

# boot SECONDS SCRIPT NAME ARGUMENT...: a machine that runs a script; what it
# says is then in $logs/NAME
boot() {
	seconds=$1
	script=$2
	out=$logs/$3
	shift 3
	rm -rf -- "$out"
	mkdir -p -- "$out" "$work/out"
	# A kernel's command line has no way to quote a space, and $logs may have one.
	ours=$(mktemp -d "$work/out/XXXXXX")
	limited "$seconds" "$out/console" env TMPDIR="$work" "$kernel" mem=256M \
		"dtb=$data/base.dtb" rootfstype=hostfs "rootflags=$root" ro init=/init \
		con=null con0=null,fd:1 "nv2_script=$script" "nv2_out=$ours" "$@" ||
		say "# the machine did not end well, see $out/console"
	cp -R -- "$ours/." "$out/"
}

make_root "$root" "$(built uml-root)" "$(built uml-modules)"
make_data || {
	fail 'the overlays cannot be made'
	end_rig
}

# With kmod, and with each kind of interface there is.
variants="kmod $(sed -n 's/.*\.name = "\([a-z-]*\)".*/\1/p' "$rigs/variants/variants.c")"
kills=${NV2_RIG_KILLS:-30} # of nv2boot through kmod; a tenth of it through each other
place_nv2boot "$root" uml

# boot_machine NAME: one of the machines of this rig
boot_machine() {
	case $1 in
	module) boot 120 kmod kmod ;;
	kmod) boot 300 nv2boot nv2boot-kmod nv2_variant=kmod "nv2_kills=$kills" ;;
	*) boot 300 nv2boot "nv2boot-$1" "nv2_variant=$1" "nv2_kills=$(((kills + 9) / 10))" ;;
	esac
}

# Takes the next machine that the other lane has not taken.
run_lane() {
	trap stop_running HUP INT TERM
	for machine in $variants module; do
		! mkdir -- "$work/taken-$machine" 2>/dev/null || boot_machine "$machine"
	done
}

# Two at a time, the longest one first.
run_lane &
first=$!
run_lane &
lanes="$first $!"
wait "$first" "$!"
lanes=

collect "$logs/kmod/tap" kmod
clean_log kmod "$logs/kmod"
fdtoverlay -i "$data/base.dtb" -o "$work/merged.dtb" "$data/host-os.dtbo"
flat "$work/merged.dtb" >"$work/expected"
flat_dir "$logs/kmod/tree" >"$work/found"
same 'kmod: /proc/device-tree is what fdtoverlay makes' "$work/expected" "$work/found"

for variant in $variants; do
	collect "$logs/nv2boot-$variant/tap" "nv2boot-$variant"
	flat_dir "$logs/nv2boot-$variant/tree" >"$work/found"
	same "$variant: after apply /proc/device-tree is what fdtoverlay makes" \
		"$work/expected" "$work/found"
	[ "$variant" != kmod ] || clean_log "nv2boot-$variant" "$logs/nv2boot-$variant"
done

end_rig
