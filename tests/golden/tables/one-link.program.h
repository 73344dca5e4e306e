/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The register writes of board example,one-link.
 * Written by nv2dtc: change the wiring instead.
 */
#ifndef NV2_one_link_PROGRAM_H
#define NV2_one_link_PROGRAM_H

#include <nv2/program.h>

#if NV2_PROGRAM_FORMAT != 1
#error "these tables are for another <nv2/program.h>"
#endif

enum { nv2_one_link_program_count = 12 };

NV2_MAYBE_UNUSED static const struct nv2_write nv2_one_link_program[] = {
	{ /* npu0 GPU0_MEM_BAR.stack0.sm0, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu0",                        /* npu */
		0,                             /* chip */
		"GPU0_MEM_BAR.stack0.sm0",     /* name */
		0x400020u,                     /* reg */
		UINT64_C(0x6030200400020),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x400020c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8040027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu0 GPU0_MEM_BAR.stack0.sm1, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu0",                        /* npu */
		0,                             /* chip */
		"GPU0_MEM_BAR.stack0.sm1",     /* name */
		0x410020u,                     /* reg */
		UINT64_C(0x6030200410020),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x410020c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8040027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu0 GPU0_MEM_BAR.stack0.sm2, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu0",                        /* npu */
		0,                             /* chip */
		"GPU0_MEM_BAR.stack0.sm2",     /* name */
		0x420020u,                     /* reg */
		UINT64_C(0x6030200420020),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x420020c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8040027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu0 GPU0_MEM_BAR.stack0.sm3, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu0",                        /* npu */
		0,                             /* chip */
		"GPU0_MEM_BAR.stack0.sm3",     /* name */
		0x430020u,                     /* reg */
		UINT64_C(0x6030200430020),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x430020c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8040027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu0 ATSD0_LPARID, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu0",                        /* npu */
		0,                             /* chip */
		"ATSD0_LPARID",                /* name */
		0x710100u,                     /* reg */
		UINT64_C(0x6030200710100),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x710100c000000000),  /* indirect */
		NV2_OWNER_RUNTIME,             /* owner */
		0,                             /* flags */
		UINT64_C(0x1000),              /* value */
		UINT64_C(0x1fff),              /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu8 GPU1_MEM_BAR.stack2.sm0, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu8",                        /* npu */
		8,                             /* chip */
		"GPU1_MEM_BAR.stack2.sm0",     /* name */
		0x600028u,                     /* reg */
		UINT64_C(0x6230200600028),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x600028c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8240027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu8 GPU1_MEM_BAR.stack2.sm1, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu8",                        /* npu */
		8,                             /* chip */
		"GPU1_MEM_BAR.stack2.sm1",     /* name */
		0x610028u,                     /* reg */
		UINT64_C(0x6230200610028),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x610028c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8240027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu8 GPU1_MEM_BAR.stack2.sm2, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu8",                        /* npu */
		8,                             /* chip */
		"GPU1_MEM_BAR.stack2.sm2",     /* name */
		0x620028u,                     /* reg */
		UINT64_C(0x6230200620028),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x620028c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8240027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu8 GPU1_MEM_BAR.stack2.sm3, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu8",                        /* npu */
		8,                             /* chip */
		"GPU1_MEM_BAR.stack2.sm3",     /* name */
		0x630028u,                     /* reg */
		UINT64_C(0x6230200630028),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x630028c000000000),  /* indirect */
		NV2_OWNER_BOOT,                /* owner */
		0,                             /* flags */
		UINT64_C(0x8240027000000000),  /* value */
		UINT64_C(0xffffffffffffffff),  /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu8 ATSD5_LPARID, boot */
		NV2_PHASE_BOOT,                /* phase */
		NULL,                          /* guest */
		"npu8",                        /* npu */
		8,                             /* chip */
		"ATSD5_LPARID",                /* name */
		0x710128u,                     /* reg */
		UINT64_C(0x6230200710128),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x710128c000000000),  /* indirect */
		NV2_OWNER_RUNTIME,             /* owner */
		0,                             /* flags */
		UINT64_C(0x1000),              /* value */
		UINT64_C(0x1fff),              /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu8 ATSD5_LPARID, guest static */
		NV2_PHASE_GUEST,               /* phase */
		"static",                      /* guest */
		"npu8",                        /* npu */
		8,                             /* chip */
		"ATSD5_LPARID",                /* name */
		0x710128u,                     /* reg */
		UINT64_C(0x6230200710128),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x710128c000000000),  /* indirect */
		NV2_OWNER_RUNTIME,             /* owner */
		0,                             /* flags */
		UINT64_C(0x5),                 /* value */
		UINT64_C(0x1fff),              /* mask */
		UINT64_C(0x0),                 /* lpid_mask */
	},
	{ /* npu0 ATSD0_LPARID, guest vm-0.a */
		NV2_PHASE_GUEST,               /* phase */
		"vm-0.a",                      /* guest */
		"npu0",                        /* npu */
		0,                             /* chip */
		"ATSD0_LPARID",                /* name */
		0x710100u,                     /* reg */
		UINT64_C(0x6030200710100),     /* mmio */
		0x501168eu,                    /* addr_scom */
		0x501168fu,                    /* data_scom */
		UINT64_C(0x710100c000000000),  /* indirect */
		NV2_OWNER_RUNTIME,             /* owner */
		0,                             /* flags */
		UINT64_C(0x0),                 /* value */
		UINT64_C(0x1fff),              /* mask */
		UINT64_C(0xfff),               /* lpid_mask */
	},
};

#endif
