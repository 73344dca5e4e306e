#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# seeds.sh SOURCE BUILD OUT: makes the seeds of fuzz/corpus, one directory for each target, of
# the project's boards, examples and goldens, and of what is written below by hand.
# Needs dtc, and nv2dtc in BUILD.

set -eu
umask 022

source=$(cd -- "$1" && pwd)
nv2dtc=$(cd -- "$2" && pwd)/nv2dtc
mkdir -p -- "$3"
cd -- "$3"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pair FIRST SECOND OUT: two inputs in one, as split_input() takes them apart.
pair() {
	size=$(wc -c <"$1")
	# The two digits of base 256, in octal.
	# shellcheck disable=SC2059
	{
		printf "\\$(printf %03o $((size / 256)))\\$(printf %03o $((size % 256)))"
		cat "$1" "$2"
	} >"$3"
}

# blob OUT [OPTION...]: compiles standard input, without a word about its style.
blob() {
	blob_out=$1
	shift
	dtc -q -f -I dts -O dtb "$@" -o "$blob_out" -
}

# at FILE OFFSET BYTES: writes over it; bytes as printf has them.
at() {
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

mkdir -p language tree directory merge overlays boot import record verify

# ---- wiring files: each golden is another piece of the language

cp "$source"/dts/ibm/*.nv2 "$source"/examples/*.nv2 language
for board in "$source"/tests/golden/*/*.nv2; do
	[ "$(wc -c <"$board")" -gt 3000 ] || cp "$board" language
done

# ---- trees and overlays

dtc -q -I dts -O dtb -o "$work/redbud.dtb" "$source/dts/base/witherspoon-redbud.dts"
cp "$work/redbud.dtb" tree/redbud

# A machine for the smallest board: what a fuzzer changes in it matters more often.
cp "$work/redbud.dtb" "$work/host.dtb"
fdtput -t s "$work/host.dtb" / compatible example,small
fdtput -r "$work/host.dtb" /pciex@6230200000000 /pciex@620c3c0500000 /xscom@623fc00000000 \
	/ibm,pcie-slots/root-complex@8,5
dtc -q -I dtb -O dtb -o "$work/small.dtb" "$work/host.dtb"
"$nv2dtc" compile "$source/tests/golden/bundle/small.nv2" -o "$work"
"$nv2dtc" compile "$source/dts/ibm/witherspoon-redbud.nv2" -o "$work" --name bound \
	--emit host-fw,host-os --base "$work/redbud.dtb"
for overlay in small.host-fw small.host-os small.vm0.guest bound.host-os; do
	cp "$work/$overlay.dtbo" "tree/$overlay"
done
"$nv2dtc" merge "$work/small.dtb" "$work/small.host-fw.dtbo" -o "$work/fw.dtb"
"$nv2dtc" merge "$work/fw.dtb" "$work/small.host-os.dtbo" -o "$work/os.dtb"
cp "$work/fw.dtb" import/fw
cp "$work/os.dtb" import/os
pair "$work/fw.dtb" "$work/small.host-os.dtbo" merge/late
pair "$work/small.dtb" "$work/small.host-fw.dtbo" merge/late-fw
pair "$work/os.dtb" "$work/small.host-os.dtbo" merge/late-again
pair "$work/small.nv2b" "$work/small.dtb" boot/small
pair "$work/small.nv2b" "$work/fw.dtb" boot/small-fw
pair "$work/small.nv2b" "$work/os.dtb" boot/small-again
pair "$source/tests/golden/bundle/small.nv2" "$work/small.dtb" verify/small
pair "$source/tests/golden/bundle/small.nv2" "$work/fw.dtb" verify/fw
pair "$source/tests/golden/bundle/small.nv2" "$work/os.dtb" verify/os

# ---- directories: what is done, each time with what it needs (see fuzz/directory.c)

# A file "compatible" of two bytes; a node "pci@0" with a file "name" that the kernel made, and one
# with another text; a link and a FIFO.
printf '\004\002\200x\000' >directory/root
printf '\004\002\200x\000\000\206\004\004\202pci\000\002\000\207\004\003\202abc' >directory/names
printf '\004\002\200x\000\003\205\000\003\204\001' >directory/others

# ---- what has gone wrong elsewhere: libfdt, the kernel, U-Boot

blob "$work/base" -@ <<'END'
/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ {
	#address-cells = <1>;
	#size-cells = <0>;
	aliases { a = "/node"; bad = "node"; none = ""; };
	node: node {
		int = <42>; text = "foo"; more = <&other>;
		sub: sub { empty; };
	};
	other: other@1 { reg = <1>; phandle = <1>; };
};
END
blob "$work/bare" <<'END'
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <0>;
	node { int = <42>; sub { phandle = <7>; }; };
};
END
cp "$work/base" tree/labels

# overlay NAME: standard input over both bases, and as a tree of its own.
overlay() {
	blob "$work/overlay"
	cp "$work/overlay" "tree/$1"
	pair "$work/base" "$work/overlay" "merge/$1"
	pair "$work/bare" "$work/overlay" "merge/$1-bare"
}

# local_fixup NAME CELLS: a reference of the overlay's own, listed at these offsets.
local_fixup() {
	overlay "$1" <<END
/dts-v1/;
/ {
	fragment@0 {
		target-path = "/";
		__overlay__ { new { ref = <1>; to { phandle = <1>; }; }; };
	};
	__local_fixups__ { fragment@0 { __overlay__ { new { ref = $2; }; }; }; };
};
END
}

local_fixup local '<0>'
local_fixup local-wraps '<0xfffffffc>'
local_fixup local-wraps-further '<0xffffffff>'
local_fixup local-outside '<0x118>'
local_fixup local-behind '<4>'
local_fixup local-half '<2>'
local_fixup local-twice '<0 0>'
local_fixup local-odd '[00 00 00]'

# fixup NAME TEXT: a label of the base's, needed where the text says.
fixup() {
	overlay "$1" <<END
/dts-v1/;
/ {
	fragment@0 { target = <0xffffffff>; __overlay__ { ref = <0xffffffff>; }; };
	__fixups__ { node = "/fragment@0:target:0"; other = $2; };
};
END
}

fixup fixup '"/fragment@0/__overlay__:ref:0"'
fixup fixup-colons '"/fragment@0/__overlay__"'
fixup fixup-huge '"/fragment@0/__overlay__:ref:4294967296"'
fixup fixup-negative '"/fragment@0/__overlay__:ref:-4"'
fixup fixup-outside '"/fragment@0/__overlay__:ref:4"'
fixup fixup-half '"/fragment@0/__overlay__:ref:2"'
fixup fixup-nowhere '"/fragment@9/__overlay__:ref:0"'
fixup fixup-twice '"/fragment@0:target:0"'
fixup fixup-empty '""'

# fragment NAME TARGET BODY
fragment() {
	overlay "$1" <<END
/dts-v1/;
/ { fragment@0 { $2 __overlay__ { $3 }; }; };
END
}

fragment plain 'target-path = "/node";' 'int = <1>; sub { deep { }; };'
fragment phandle-over 'target-path = "/other";' 'phandle = <9>;'
fragment phandle-new 'target-path = "/";' 'new { phandle = <0xfffffffe>; }; two { phandle = <3>; };'
fragment phandle-bad 'target-path = "/";' 'new { phandle = <0xffffffff>; }; two { phandle = [01]; };'
fragment cells 'target-path = "/";' '#address-cells = <2>;'
fragment path-empty 'target-path = "";' 'x;'
fragment path-alias 'target-path = "a/sub";' 'x;'
fragment path-bad-alias 'target-path = "bad";' 'x;'
fragment path-open 'target-path = [2f 6e];' 'x;'
fragment target-number 'target = <1>;' 'x;'
fragment target-none '' 'x;'

# What libfdt and the kernel take for something else than it is called.
overlay alike-content <<'END'
/dts-v1/;
/ { fragment@0 { target-path = "/"; __overlay__@1 { x; }; }; };
END
overlay alike-local <<'END'
/dts-v1/;
/ {
	fragment@0 { target-path = "/"; __overlay__ { new { ref = <1>; to { phandle = <1>; }; }; }; };
	__local_fixups__@1 { fragment@0 { __overlay__ { new { ref = <0xfffffffc>; }; }; }; };
};
END
overlay mirrorless <<'END'
/dts-v1/;
/ {
	fragment@0 { target-path = "/"; __overlay__ { a; }; };
	__local_fixups__ { fragment@0 { __overlay__ { nobody { ref = <0>; }; }; }; };
};
END
overlay symbols <<'END'
/dts-v1/;
/ {
	fragment@0 { target-path = "/"; __overlay__ { new { }; }; };
	fragment@1 { target-path = "/new"; __overlay__ { int = <1>; }; };
	__symbols__ { new = "/fragment@0/__overlay__/new"; node = "/fragment@0/__overlay__";
		other = "/fragment@7/__overlay__/x"; };
};
END
overlay label-on-overlay <<'END'
/dts-v1/;
/ {
	fragment@0 { target-path = "/node"; __overlay__ { phandle = <1>; ref = <1>; }; };
	__symbols__ { here = "/fragment@0/__overlay__"; };
	__local_fixups__ { fragment@0 { __overlay__ { ref = <0>; }; }; };
};
END

# ---- damaged blobs; the header is of 40 bytes, the map at 40, the structure at 56

blob "$work/tiny" <<'END'
/dts-v1/;
/ { compatible = "x"; a { b = <1>; }; };
END
damaged() {
	cp "$work/tiny" "tree/$1"
	at "tree/$1" "$2" "$3"
	pair "tree/$1" "$work/overlay" "merge/$1"
}
cp "$work/tiny" tree/tiny
damaged reservation-endless 47 '\001'
damaged structure-odd 11 '\072'
damaged root-named 60 'x'
damaged totalsize-large 4 '\000\001\000\000'
damaged strings-outside 12 '\177\377\377\377'
damaged tag-unknown 56 '\000\000\000\007'
damaged property-endless 68 '\177\377\377\374'
damaged nop-first 56 '\000\000\000\004'
damaged version-old 20 '\000\000\000\020'

# ---- what nv2boot remembers

zeros=0000000000000000000000000000000000000000000000000000000000000000
record() {
	cat >"$work/record"
	{
		cat "$work/record"
		printf 'digest %s\n' "$(sha256sum <"$work/record" | cut -d ' ' -f 1)"
	} >"record/$1"
}
head="nv2boot-record-1
boot 01234567-89ab-cdef-0123-456789abcdef
sequence 3"
record applied <<END
$head
state applied
bundle $zeros 17262 1
board example,small
tree $zeros
overlay nv2boot $zeros 3308
register 0 0x0
register 1 0x8040027300000000
END
record applying <<END
$head
state applying
bundle $zeros 0 4294967295
board 
tree $zeros
register 4294967295 0xffffffffffffffff
END
record removing <<END
$head
state removing
bundle $zeros 1 0
board a b
tree $zeros
END
printf 'a value with "quotes", \\, \033[31m, \302\205 and \303\244' >record/value
