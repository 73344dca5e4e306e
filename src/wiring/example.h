/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_EXAMPLE_H
#define NV2_WIRING_EXAMPLE_H

/* Building blocks of the examples that `explain` shows; each is a whole file. */

#define EXAMPLE_VERSION "/nv2-v1/;\n\n"

#define EXAMPLE_HEAD                                                                               \
	"\tcompatible = \"ibm,witherspoon\";\n"                                                    \
	"\tfamily = power9-npu2;\n"                                                                \
	"\tmemory-map = gpu-4t-up;\n"

#define EXAMPLE_BOARD(body) EXAMPLE_VERSION "board \"b\" {\n" EXAMPLE_HEAD body "};\n"

/* One chip of a board with two GPUs, three links each. */
#define EXAMPLE_CHIP                                                                               \
	"\tnpu npu0 { chip = 0; }\n"                                                               \
	"\tgpu GPU0 { slot = \"GPU0\"; }\n"                                                        \
	"\tgpu GPU1 { slot = \"GPU1\"; }\n"                                                        \
	"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;\n"                                       \
	"\tlink npu0:3-5 <-> GPU1:1,3,5 at 25.78125 Gbps;\n"

#define EXAMPLE_REDBUD EXAMPLE_BOARD(EXAMPLE_CHIP)
#define EXAMPLE_REDBUD_WITH(body) EXAMPLE_BOARD(EXAMPLE_CHIP body)
#define EXAMPLE_REDBUD_GUEST(body)                                                                 \
	EXAMPLE_REDBUD "\nguest \"vm0\" {\n\tmachine = \"pseries-5.1\";\n" body "};\n"

/* A board whose second chip is wired as well. */
#define EXAMPLE_TWO_CHIPS                                                                          \
	EXAMPLE_REDBUD_WITH("\tnpu npu8 { chip = 8; }\n"                                           \
			    "\tgpu GPU3 { slot = \"GPU3\"; }\n"                                    \
			    "\tgpu GPU4 { slot = \"GPU4\"; }\n"                                    \
			    "\tlink npu8:0-2 <-> GPU3:1,3,5 at 25.78125 Gbps;\n"                   \
			    "\tlink npu8:3-5 <-> GPU4:1,3,5 at 25.78125 Gbps;\n")
#define EXAMPLE_TWO_CHIPS_GUEST(body)                                                              \
	EXAMPLE_TWO_CHIPS "\nguest \"vm0\" {\n\tmachine = \"pseries-5.1\";\n" body "};\n"

#endif
