# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause

SUMMARY = "Compiler for the NVLink2 wiring of POWER9 boards, and its runtime"
DESCRIPTION = "nv2dtc compiles a description of a board's NVLink2 wiring into \
device-tree overlays, VFIO region tables, register programs and VMM \
configuration. nv2boot applies the result at boot; libnv2boot does so in firmware."
SECTION = "bsp"
LICENSE = "GPL-2.0-or-later | BSD-2-Clause"
LIC_FILES_CHKSUM = "\
    file://LICENSES/GPL-2.0-or-later.txt;md5=b234ee4d69f5fce4486a80fdaf4a4263 \
    file://LICENSES/BSD-2-Clause.txt;md5=9fac937e3efe0ea035d08d40f9f3c328 \
"

# What `make dist` makes, put beside this file in nv2dtc/, or where this says.
NV2DTC_SRC_URI ?= "file://${BP}.tar.xz"
SRC_URI = "${NV2DTC_SRC_URI}"

DEPENDS = "bison-native dtc flex-native jansson libsodium uthash"

inherit autotools pkgconfig systemd

EXTRA_OEMAKE += "'systemdsystemunitdir=${systemd_system_unitdir}'"

PACKAGE_BEFORE_PN = "nv2boot"

FILES:nv2boot = "\
    ${sbindir}/nv2boot \
    ${systemd_system_unitdir}/nv2boot.service \
    ${prefix}/lib/tmpfiles.d/nv2boot.conf \
    ${datadir}/initramfs-tools \
    ${sysconfdir}/petitboot \
"
FILES:${PN} = "${bindir}/nv2dtc ${datadir}/nv2dtc"
SUMMARY:nv2boot = "Applies the NVLink2 wiring of a POWER9 board at boot"

# Without a bundle it does nothing; an image that has one can enable it.
SYSTEMD_PACKAGES = "nv2boot"
SYSTEMD_SERVICE:nv2boot = "nv2boot.service"
SYSTEMD_AUTO_ENABLE:nv2boot ?= "disable"

BBCLASSEXTEND = "native"
