# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The wiring of the machine that the image is for: an example to amend in a
# .bbappend or to copy. IMAGE_INSTALL:append = " nv2-board"

SUMMARY = "NVLink2 wiring of the board"
SECTION = "bsp"
LICENSE = "GPL-2.0-or-later | BSD-2-Clause"
LIC_FILES_CHKSUM = "\
    file://${COMMON_LICENSE_DIR}/GPL-2.0-or-later;md5=fed54355545ffd980b814dab4a3b312c \
    file://${COMMON_LICENSE_DIR}/BSD-2-Clause;md5=cb641bc04cda31daea161b1bc15da69f \
"

inherit nv2dtc

NV2_BOARDS ?= "ibm/witherspoon-redbud.nv2"
NV2_BUNDLE ?= "ibm/witherspoon-redbud.nv2"

RDEPENDS:${PN} += "nv2boot"
PACKAGE_ARCH = "${MACHINE_ARCH}"
