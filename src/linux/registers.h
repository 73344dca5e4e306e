/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_REGISTERS_H
#define NV2_LINUX_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux/privileges.h"
#include "linux/root.h"
#include "nv2/program.h"

/*
 * Ways to the NPUs' registers. doc/register-backends.md says how to add one.
 *
 * A backend is one way; a choice is what the command line says of it, for one NPU or
 * for all; a channel is one that is open: to a device or, where each chip
 * has its own, to a chip.
 */

/* What an errno value means for this way, and what to do. Ends with 0. */
struct register_hint {
	int error;
	const char *text;
};

struct register_channel {
	const struct register_backend *backend;
	const struct root *root;
	const char *path; /* what was opened, below the root */
	uint32_t chip;    /* per_chip */
	int fd;
};

struct register_backend {
	const char *name; /* as in --backend */
	bool per_chip;    /* each chip has a channel of its own */
	/* To open it, as a set of 1u << privilege; nothing but root's own files: 0. */
	unsigned privileges;
	/*
	 * Takes what follows "name:" apart; NULL: nothing follows. *path is from malloc(). False
	 * if it is malformed; `form` is how it should look.
	 */
	bool (*parse)(const char *argument, char **path, uint64_t *offset);
	const char *form;
	/* Sets channel->fd; channel->path is set unless there is no parse. */
	int (*open)(struct register_channel *channel);
	/*
	 * One register. `offset` is the choice's: where NPU_REGS is in what was opened. 0 or a
	 * negative errno, after register_failed().
	 */
	int (*read)(const struct register_channel *channel, const struct nv2_write *reg,
		    uint64_t offset, uint64_t *value);
	int (*write)(const struct register_channel *channel, const struct nv2_write *reg,
		     uint64_t offset, uint64_t value);
	/* NULL: each access is done when its function returns. */
	void (*barrier)(void);
	void (*close)(struct register_channel *channel);
};

extern const struct register_backend register_scom, register_opal_prd, register_mem, register_pci,
	register_file;

/* Only these are used where no --backend is given. */
#define REGISTER_SCOM_DIR "/sys/kernel/debug/powerpc/scom"
#define REGISTER_OPAL_PRD_PATH "/dev/opal-prd"

/* Chips have numbers below 128; each has one NPU at most. */
#define REGISTER_CHANNELS_MAX 128u
#define REGISTER_CHOICES_MAX 129u

struct register_choice {
	char *npu; /* NULL: all that have none of their own */
	const struct register_backend *backend;
	char *path;
	uint64_t offset;
};

struct registers {
	const struct root *root;
	struct register_choice choices[REGISTER_CHOICES_MAX];
	unsigned choice_count;
	struct register_channel channels[REGISTER_CHANNELS_MAX];
	unsigned channel_count;
};

/* Takes the options apart and opens nothing. False after it was logged what is wrong with one. */
bool registers_init(struct registers *registers, const struct root *root,
		    const char *const *backends, size_t count);
/* 0 or a negative errno, which is logged. */
int registers_read(struct registers *registers, const struct nv2_write *reg, uint64_t *value);
int registers_write(struct registers *registers, const struct nv2_write *reg, uint64_t value);
void registers_barrier(const struct registers *registers);
void registers_close(struct registers *registers);
/* What it takes to open those that were named on the command line and are not open yet. */
unsigned registers_privileges(const struct registers *registers);

/* For backends: logs what cannot be done to a register and why; gives `error`, which is negative.
 */
int register_failed(const struct register_channel *channel, const struct nv2_write *reg,
		    const char *what, int error, const struct register_hint *hints);
/* The same where there is no register yet. */
int register_open_failed(const struct register_channel *channel, int error,
			 const struct register_hint *hints);
/*
 * For parse: "@OFFSET" at the end of `text`, in decimal or with 0x; *len is what is before it. No
 * offset is 0. False if it is no multiple of 8, or too large.
 */
bool register_parse_offset(const char *text, size_t *len, uint64_t *offset);

#endif
