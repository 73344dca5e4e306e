#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Gives a real kernel, under User Mode Linux, many damaged overlays that
# `nv2dtc merge --for=linux` accepts, with nothing in between that would look at
# them first: it must take them too, and make the same tree of them. Not one of the rigs
# that run.sh boots without being told, for it takes long.
#
# NV2_RIG_MUTANTS: how many the kernel is given, 100000; NV2_RIG_SEED: what the first of them are made from, 1

# shellcheck source=tests/rigs/rig.sh
. "$(dirname -- "$0")/rig.sh"
begin_rig

command -v dtc >/dev/null 2>&1 || cannot_run 'there is no dtc: install device-tree-compiler'
[ "$(uname -m)" = x86_64 ] || cannot_run 'this is no x86-64 machine'
build uml-modules uml-root uml-mutate

kernel=$(built uml-kernel)/vmlinux
root=$work/root
data=$root/data
mutants=${NV2_RIG_MUTANTS:-100000}
seed=${NV2_RIG_SEED:-1}
each=5000 # of a machine, so that one that breaks does not end all

make_root "$root" "$(built uml-root)" "$(built uml-modules)"
cp -- "$(built uml-mutate)/mutate" "$root/bin/mutate"
make_data() {
	for source in "$rigs"/mutants/*.dts; do
		dtc -q -I dts -O dtb -o "$data/$(basename -- "$source" .dts).dtbo" "$source" ||
			return 1
	done
	mv -- "$data/base.dtbo" "$work/base.dtb"
	{
		cat -- "$rigs/mutants/base.dts"
		echo '/ { nv2-rig-highest { phandle = <0x10203041>; }; };'
	} | dtc -q -I dts -O dtb -o "$data/base.dtb" -
}

# boot_machine NUMBER: with the seed of that number
boot_machine() {
	count=$((mutants - $1 * each))
	[ "$count" -le "$each" ] || count=$each
	out=$logs/$1
	mkdir -p -- "$out" "$work/out$1"
	limited 1800 "$out/console" env TMPDIR="$work" "$kernel" mem=256M "dtb=$work/base.dtb" \
		rootfstype=hostfs "rootflags=$root" ro init=/init con=null con0=null,fd:1 \
		nv2_script=mutants "nv2_out=$work/out$1" "nv2_count=$count" \
		"nv2_seed=$((seed + $1))"
	cp -R -- "$work/out$1/." "$out/"
	sed -n 's/^seed /# seed /p' "$out/log"
}

# Takes the next machine that the other lane has not taken.
run_lane() {
	trap stop_running HUP INT TERM
	number=0
	while [ $((number * each)) -lt "$mutants" ]; do
		! mkdir -- "$work/taken-$number" 2>/dev/null || boot_machine "$number"
		number=$((number + 1))
	done
}

make_data || {
	fail 'the overlays cannot be made'
	end_rig
}
run_lane &
first=$!
run_lane &
lanes="$first $!"
wait "$first" "$!"
lanes=

number=0
while [ $((number * each)) -lt "$mutants" ]; do
	collect "$logs/$number/tap" "machine $number"
	if grep -aqE 'Kernel panic|Oops|Segfault with no mm' "$logs/$number/console" "$logs/$number/dmesg"; then
		fail "machine $number: the kernel broke, see $logs/$number/console and last"
	fi
	number=$((number + 1))
done
# The machines' own lines, summed up.
cat -- "$logs"/*/log | awk -v seed="$seed" '
	/^seed / {
		gsub(/[^0-9 ]/, "")
		for (i = 2; i <= NF; i++) sum[i] += $i
	}
	END {
		printf "# seeds from %d: %d mutants, %d empty or refused by merge, %d given to the kernel, ", \
			seed, sum[2], sum[3], sum[4]
		printf "%d applied, %d of them not to be compared, ", sum[5], sum[6]
		printf "%d differing, %d warnings\n", sum[7], sum[8]
	}'

end_rig
