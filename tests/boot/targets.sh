# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # for, and of, the sourcing script
#
# The processors that libnv2boot is built for, as a firmware would build it.
# Sourced; needs $srcdir.

targets='ppc64le ppc64 cortex-m3'

# What the library may need from outside: all of it, on every target. -lgcc gives more, and none of
# that is needed: a name that turns up here is a 64-bit division or a shift that got in.
needed_everywhere='memcmp memcpy memmove memset strlen'

# Of a register firmware: no floating point, no vectors (as skiboot's own Makefile).
power_flags='-O2 -msoft-float -mno-altivec -mno-vsx'

warnings='-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Werror'

# set_target NAME: prefix, flags, needed, package, and to run programs: emulator and libc.
set_target() {
	needed=$needed_everywhere
	emulator='' libc=''
	case $1 in
	ppc64le)
		prefix=powerpc64le-linux-gnu-
		flags=$power_flags
		package=gcc-powerpc64le-linux-gnu
		emulator=qemu-ppc64le-static
		libc=libc6-dev-ppc64el-cross
		# The place of the table of contents, which the linker defines.
		needed=".TOC. $needed"
		;;
	ppc64)
		prefix=powerpc64-linux-gnu-
		flags=$power_flags
		package=gcc-powerpc64-linux-gnu
		emulator=qemu-ppc64-static
		libc=libc6-dev-ppc64-cross
		;;
	cortex-m3)
		prefix=arm-none-eabi-
		flags='-Os -mcpu=cortex-m3 -mthumb'
		package=gcc-arm-none-eabi
		;;
	esac
}

# compile_library DIRECTORY [OPTION...]: every source of the library, into objects there.
compile_library() (
	mkdir -p "$1" && cd -- "$1" || exit 1
	shift
	for source in "$srcdir"/src/blob/*.c "$srcdir"/src/boot/*.c; do
		# shellcheck disable=SC2086 # lists of options
		"${prefix}gcc" -std=c11 -ffreestanding -nostdlib -fno-pic -fno-pie $flags $warnings \
			-I"$srcdir/include" -I"$srcdir/src" "$@" -c "$source" || exit 1
	done
)

# writable OBJECT: bytes in sections that can be written, each with its name. What the linker
# makes of addresses on POWER (.toc, .opd) is constant.
writable() {
	"${prefix}readelf" -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' |
		awk '$7 ~ /W/ && $1 != ".toc" && $1 != ".opd" && $5 !~ /^0+$/ { print $1, $5 }'
}
