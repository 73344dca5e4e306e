/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_RIG_MACHINE_H
#define NV2_RIG_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* What the programs in a machine share: its tree and its registers, and chance. */

#define OVERLAYS "/sys/kernel/config/device-tree/overlays"
#define SUM_START 0xcbf29ce484222325

/* Says what failed, and errno, and ends the program. */
noreturn void die(const char *what);

/* Never the same twice in a row, always the same from the same seed, which is not 0. */
uint64_t next_random(uint64_t *state);

/* FNV-1a, 64 bits. */
uint64_t add_bytes(uint64_t sum, const void *data, size_t size);

/* As much of a file as there is room for. */
size_t read_file(const char *path, void *data, size_t room);

/* Each node and each property of the live tree once: its path, its name, a sum of its value. */
typedef void visit_function(void *context, const char *path, uint64_t sum);
void walk_tree(visit_function *visit, void *context);

/* A sum of the live tree that does not hang on the order in which it is read. */
uint64_t sum_tree(void);

/* Adds a file of registers to a sum. */
uint64_t sum_registers(const char *path, uint64_t sum);

#endif
