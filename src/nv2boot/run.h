/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_RUN_H
#define NV2_NV2BOOT_RUN_H

#include "nv2boot/cmd.h"

void begin_run(struct run *run);
void end_run(struct run *run);

/* Keys, lockdown and the machine; what has gone wrong was logged. Gives an exit status. */
int open_machine(struct run *run, bool read_only);

/*
 * Reads a bundle once, whole, and opens it; `path` is as it was named, "-" is standard input. Where
 * a signature is wanted, it is checked before anything is parsed. Gives an exit status.
 */
int open_run_bundle(struct run *run, const char *path);

/* Of an opened bundle: whose it is, how old it is, whether its overlays can be trusted, and whether it is for `tree`. */
int trust_bundle(struct run *run, const struct nv2_fdt *tree);

/* What --backend names has to be in the bundle: a slip would leave an NPU to the default. */
int check_npu_names(struct run *run);

/* The live tree; the bytes are the caller's. */
int read_live_tree(struct run *run, struct bytes *bytes, struct nv2_fdt *tree);

/* Registers as the library has them, by the run's machine. */
struct nv2_ops register_ops(struct run *run);

int exit_of(enum outcome outcome);

/* `root` and a path below it; NULL when memory is out, which was logged. */
char *path_below(const struct run *run, const char *path);

/* Memory ran out: says so, and gives EXIT_SYSTEM. */
int out_of_memory(const struct run *run);

#endif
