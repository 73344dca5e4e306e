# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
################################################################################
#
# nv2-jansson
#
################################################################################

# Buildroot builds jansson for the target only. This is the same one for the host.
NV2_JANSSON_VERSION = $(JANSSON_VERSION)
NV2_JANSSON_SOURCE = $(JANSSON_SOURCE)
NV2_JANSSON_SITE = $(JANSSON_SITE)
NV2_JANSSON_DL_SUBDIR = jansson
NV2_JANSSON_LICENSE = $(JANSSON_LICENSE)
NV2_JANSSON_LICENSE_FILES = $(JANSSON_LICENSE_FILES)

$(eval $(host-autotools-package))
