# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
################################################################################
#
# nv2dtc
#
################################################################################

NV2DTC_VERSION = 0.1.0
# The source that this directory is a part of.
NV2DTC_SITE = $(BR2_EXTERNAL_NV2DTC_PATH)/../..
NV2DTC_SITE_METHOD = local
NV2DTC_LICENSE = GPL-2.0+ or BSD-2-Clause
NV2DTC_LICENSE_FILES = LICENSES/GPL-2.0-or-later.txt LICENSES/BSD-2-Clause.txt
NV2DTC_AUTORECONF = YES
NV2DTC_INSTALL_STAGING = YES
NV2DTC_DEPENDENCIES = host-bison host-flex host-pkgconf dtc jansson libsodium nv2-uthash
HOST_NV2DTC_DEPENDENCIES = \
	host-bison host-flex host-pkgconf host-dtc host-libsodium host-nv2-jansson host-nv2-uthash

# Where Buildroot keeps libfdt's headers for the host.
HOST_NV2DTC_CONF_ENV = CPPFLAGS="$(HOST_CPPFLAGS) -I$(HOST_DIR)/include/libfdt"

NV2DTC_BOARD = $(call qstrip,$(BR2_PACKAGE_NV2DTC_BOARD))
NV2DTC_SIGN_KEY = $(call qstrip,$(BR2_PACKAGE_NV2DTC_SIGN_KEY))

ifneq ($(NV2DTC_BOARD),)
NV2DTC_DEPENDENCIES += host-nv2dtc

# A path, or else the name of a file in the library.
define NV2DTC_INSTALL_BUNDLE
	mkdir -p $(@D)/nv2
	$(HOST_DIR)/bin/nv2dtc compile --emit=bundle -I $(@D)/dts \
		$(if $(NV2DTC_SIGN_KEY),--sign=$(NV2DTC_SIGN_KEY)) -o $(@D)/nv2 \
		$(firstword $(wildcard $(NV2DTC_BOARD) $(@D)/dts/$(NV2DTC_BOARD)) $(NV2DTC_BOARD))
	$(INSTALL) -D -m 0644 $(@D)/nv2/$(basename $(notdir $(NV2DTC_BOARD))).nv2b \
		$(TARGET_DIR)/etc/nv2boot/bundle.nv2b
endef
NV2DTC_POST_INSTALL_TARGET_HOOKS += NV2DTC_INSTALL_BUNDLE
endif

$(eval $(autotools-package))
$(eval $(host-autotools-package))
