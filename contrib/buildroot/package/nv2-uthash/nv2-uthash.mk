# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
################################################################################
#
# nv2-uthash
#
################################################################################

# Headers that Buildroot has not.
NV2_UTHASH_VERSION = v2.3.0
NV2_UTHASH_SITE = $(call github,troydhanson,uthash,$(NV2_UTHASH_VERSION))
NV2_UTHASH_LICENSE = BSD-1-Clause
NV2_UTHASH_LICENSE_FILES = LICENSE
NV2_UTHASH_INSTALL_STAGING = YES
NV2_UTHASH_INSTALL_TARGET = NO

define NV2_UTHASH_INSTALL_STAGING_CMDS
	$(INSTALL) -D -m 0644 $(@D)/src/uthash.h $(STAGING_DIR)/usr/include/uthash.h
endef

define HOST_NV2_UTHASH_INSTALL_CMDS
	$(INSTALL) -D -m 0644 $(@D)/src/uthash.h $(HOST_DIR)/include/uthash.h
endef

$(eval $(generic-package))
$(eval $(host-generic-package))
