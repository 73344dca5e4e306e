#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# kmod/ on a real kernel: what it applies, what it refuses, and what it says of
# both.

# shellcheck source=tests/rigs/inside/lib.sh
. /scripts/lib.sh

os=/data/host-os.dtbo

check 'the module loads' insmod /modules/nv2_overlay.ko
tree >/tmp/before

#
# Good overlays, one on the other
#

mkdir "$overlays"/os
equal 'a new item has nothing' '' "$(cat "$overlays"/os/error "$overlays"/os/dtbo)"
equal 'and says so' unapplied "$(status os)"
rmdir "$overlays"/os
for round in 1 2; do
	put os $os
	equal "host-os is applied ($round)" applied "$(status os)"
	equal "without an error ($round)" '' "$(error os)"
	check "dtbo reads back as it was written ($round)" cmp $os "$overlays"/os/dtbo
	[ "$round" = 1 ] && cp -rL /proc/device-tree /out/tree
	tree >"/tmp/applied$round"
	check_not "a module in use cannot be removed ($round)" rmmod nv2_overlay
	check "it can be removed ($round)" rmdir "$overlays"/os
	tree >/tmp/after
	check "the tree is as it was ($round)" cmp /tmp/before /tmp/after
done
check 'the second time gives the tree of the first' cmp /tmp/applied1 /tmp/applied2

#
# Three on one another; a failure in between
#

put a /data/good-a.dtbo
put b /data/good-on-a.dtbo
put bad /data/cells.dtbo
put os $os
equal 'three good ones and a bad one' 'applied applied unapplied applied' \
	"$(status a) $(status b) $(status bad) $(status os)"
check_not 'the lowest is pinned' rmdir "$overlays"/a
check_not 'the one in the middle is pinned' rmdir "$overlays"/b
equal 'what is pinned stays applied' 'applied applied' "$(status a) $(status b)"
check 'the failed one is not' rmdir "$overlays"/bad
check 'the top is not' rmdir "$overlays"/os
check_not 'the lowest still is' rmdir "$overlays"/a
check 'the next can go' rmdir "$overlays"/b
put b /data/good-on-a.dtbo
equal 'and come again' applied "$(status b)"
check_not 'the lowest is pinned again' rmdir "$overlays"/a
check 'the top goes' rmdir "$overlays"/b
check 'the lowest goes' rmdir "$overlays"/a
tree >/tmp/after
check 'the tree is as it was' cmp /tmp/before /tmp/after

#
# What must be refused
#

# refused NAME FILE WORDS: upon an overlay that must be removable afterwards
refused() {
	put under $os
	put bad "$2"
	equal "$1: unapplied" unapplied "$(status bad)"
	has "$1: the reason" "EINVAL (22): " "$(error bad)"
	has "$1: its words" "$3" "$(error bad)"
	rmdir "$overlays"/bad
	check "$1: what was there before can be removed" rmdir "$overlays"/under
}

while read -r name words; do
	refused "$name" "/data/$name.dtbo" "$words"
done </data/bad
tree >/tmp/after
check 'after all of them the tree is as it was' cmp /tmp/before /tmp/after

mkdir "$overlays"/bad
: >"$overlays"/bad/dtbo
equal 'opened for writing, and closed: nothing' "unapplied" "$(status bad)$(error bad)"
dd if=/data/good-a.dtbo of="$overlays"/bad/dtbo bs=100 2>/dev/null
equal 'written in pieces: applied' applied "$(status bad)"
dd if=/data/good-b.dtbo of="$overlays"/bad/dtbo 2>/dev/null
has 'written twice: refused' EPERM "$(error bad)"
equal 'written twice: the first stays' applied "$(status bad)"
check 'written twice: dtbo is the first' cmp /data/good-a.dtbo "$overlays"/bad/dtbo
check_not 'path is refused' sh -c "echo file.dtbo >$overlays/bad/path"
has 'path is refused with a reason' 'EOPNOTSUPP (95): files are not read by name' "$(error bad)"
rmdir "$overlays"/bad
put bad /data/cells.dtbo
dd if=/data/good-a.dtbo of="$overlays"/bad/dtbo 2>/dev/null
equal 'a good one after a bad one, in the same item' 'applied' "$(status bad)$(error bad)"
rmdir "$overlays"/bad
dd if=/dev/zero of=/tmp/large bs=1M count=2 2>/dev/null
mkdir "$overlays"/bad
check_not 'more than 1 MiB is refused when written' \
	dd if=/tmp/large of="$overlays"/bad/dtbo bs=2M
equal 'and nothing is applied' unapplied "$(status bad)"
rmdir "$overlays"/bad

#
# Damaged overlays: nothing may warn or crash
#

# Their reasons would fill the log.
dmesg -n 1
mutants=$(cat /data/mutants)
if drive "$mutants" 1 /data/*.dtbo >/tmp/mutants 2>&1; then
	ok "mutants: $(cat /tmp/mutants)"
else
	not_ok "mutants" "$(cat /tmp/mutants)"
fi
tree >/tmp/after
check 'the tree is as it was' cmp /tmp/before /tmp/after

#
# Afterwards
#

equal 'nothing was left over' '' "$(cat "$overlays"/refused)"
equal 'no item is left' refused "$(ls "$overlays")"
check 'the module can be removed' rmmod nv2_overlay
tree >/tmp/after
check 'the tree is as it was' cmp /tmp/before /tmp/after
check 'the module loads again' insmod /modules/nv2_overlay.ko
check 'and goes' rmmod nv2_overlay

#
# Drivers that fail with an overlay: what the kernel keeps is told
#

parameters=/sys/module/failing_driver/parameters
fails() {
	for when in pre_apply post_apply pre_remove; do
		case " $* " in
		*" $when "*) echo 1 >$parameters/$when ;;
		*) echo 0 >$parameters/$when ;;
		esac
	done
}
lines() {
	wc -l <"$overlays"/refused
}

check 'the module loads once more' insmod /modules/nv2_overlay.ko
check 'so does a driver' insmod /modules/failing_driver.ko

fails post_apply
put a /data/good-a.dtbo
equal 'a driver fails: unapplied' unapplied "$(status a)"
has 'a driver fails: the reason' 'ENODEV (19): ' "$(error a)"
tree >/tmp/after
check 'a driver fails: it is taken back' cmp /tmp/before /tmp/after
equal 'a driver fails: nothing is left over' 0 "$(lines)"

fails post_apply pre_remove
put b /data/good-b.dtbo
equal 'and is not taken back: applied' applied "$(status b)"
has 'and is not taken back: the reason' 'does not take it back' "$(error b)"
equal 'and is not taken back: told of the item' 0 "$(lines)"
fails
check 'and is not taken back: it can be removed' rmdir "$overlays"/b
tree >/tmp/after
check 'and is not taken back: the tree is as it was' cmp /tmp/before /tmp/after
rmdir "$overlays"/a

put a /data/good-a.dtbo
tree >/tmp/with
fails pre_remove
check 'a driver holds on: the directory goes' rmdir "$overlays"/a
tree >/tmp/after
check 'a driver holds on: the nodes stay' cmp /tmp/with /tmp/after
equal 'a driver holds on: one line' 1 "$(lines)"
check 'a driver holds on: which, and why' grep -q \
	'^a #[0-9]* ENODEV (19): the kernel refused to remove it: it is still in the tree$' \
	"$overlays"/refused

fails pre_apply
put b /data/good-b.dtbo
equal 'refused by a driver: unapplied' unapplied "$(status b)"
tree >/tmp/after
check 'refused by a driver: nothing is changed' cmp /tmp/with /tmp/after
equal 'refused by a driver: a second line' 2 "$(lines)"
check 'refused by a driver: which, and why' grep -q \
	'^b #[0-9]* ENODEV (19): a failed overlay that cannot be taken out safely; it changed nothing, ' \
	"$overlays"/refused
fails
rmdir "$overlays"/b
put c /data/good-b.dtbo
equal 'others still apply' applied "$(status c)"
check_not 'the module stays while there are lines' rmmod nv2_overlay
finish
