# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
include $(sort $(wildcard $(BR2_EXTERNAL_NV2DTC_PATH)/package/*/*.mk))
