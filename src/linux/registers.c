/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes rows of a register program, gives them to the backend that its NPU has on the
 * command line. Never tries a second way when the first one fails.
 */
#define _DEFAULT_SOURCE
#include "linux/registers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct register_backend *const backends[] = {
	&register_scom, &register_opal_prd, &register_mem, &register_pci, &register_file,
};

#define BACKENDS (sizeof(backends) / sizeof(backends[0]))

/* Registers are in the 16 MiB of NPU_REGS (facts: 24 bits), at multiples of 8. */
#define REGISTER_OFFSET_MAX (1u << 24)

/* ---- messages ---- */

static const char *find_hint(const struct register_hint *hints, int error)
{
	for (; hints && hints->error; hints++)
		if (hints->error == -error)
			return hints->text;
	return NULL;
}

int register_failed(const struct register_channel *channel, const struct nv2_write *reg,
		    const char *what, int error, const struct register_hint *hints)
{
	const char *hint = find_hint(hints, error);
	const struct root *root = channel->root;

	log_say(root->log, LOG_LEVEL_ERROR,
		"cannot %s register %s of %s through %s%s%s: %s%s%s register=%s npu=%s "
		"chip=%" PRIu32 " backend=%s errno=%d",
		what, reg->name, reg->npu, channel->backend->name, channel->path ? " " : "",
		channel->path ? channel->path : "", strerror(-error), hint ? ": " : "",
		hint ? hint : "", reg->name, reg->npu, reg->chip, channel->backend->name, -error);
	return error;
}

int register_open_failed(const struct register_channel *channel, int error,
			 const struct register_hint *hints)
{
	const char *hint = find_hint(hints, error);
	const struct root *root = channel->root;
	struct root_shown shown;

	root_show(root, &shown, "%s", channel->path);
	log_say(root->log, LOG_LEVEL_ERROR,
		"cannot open %s for registers: %s%s%s backend=%s path=%s errno=%d", shown.path,
		strerror(-error), hint ? ": " : "", hint ? hint : "", channel->backend->name,
		shown.value, -error);
	return error;
}

/* ---- the command line ---- */

bool register_parse_offset(const char *text, size_t *len, uint64_t *offset)
{
	const char *at = strrchr(text, '@');
	char *end;

	*len = strlen(text);
	*offset = 0;
	/* A node's name has an "@" too: with hexadecimal digits or more path behind it. */
	if (!at || !at[1] || at[1 + strspn(at + 1, "0123456789abcdefABCDEFx")])
		return true;
	errno = 0;
	*offset = strtoull(at + 1, &end, at[1] == '0' && at[2] == 'x' ? 16 : 10);
	*len = (size_t)(at - text);
	/* Files have no more bytes than this, and the last register is still to be in one. */
	return !*end && !errno && *offset % 8 == 0 &&
	       *offset <= (uint64_t)INT64_MAX - REGISTER_OFFSET_MAX;
}

static bool refuse(const struct root *root, const char *option, const char *why, const char *form)
{
	struct log_value value;

	log_say(root->log, LOG_LEVEL_ERROR, "cannot understand --backend %s: %s%s option=%s",
		option, why, form, log_value(&value, option));
	return false;
}

/* "NPU=" before the first ":"; a path may have a "=" of its own. */
static bool split_npu(const char *option, char **npu, const char **rest)
{
	size_t len = strcspn(option, "=:");

	*npu = NULL;
	*rest = option;
	if (option[len] != '=')
		return true;
	*rest = option + len + 1;
	*npu = strndup(option, len);
	return *npu && len;
}

static bool parse_backend(const struct root *root, const char *option, const char *text,
			  struct register_choice *choice)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < BACKENDS && !choice->backend; i++)
		if (strlen(backends[i]->name) == len && !strncmp(backends[i]->name, text, len))
			choice->backend = backends[i];
	if (!choice->backend)
		return refuse(root, option, "there is no such backend: ",
			      "scom, opal-prd, mem:PATH, pci:DDDD:BB:DD.F/N[@OFF] or "
			      "file:PATH[@OFF]");
	if (!choice->backend->parse)
		return text[len]
			       ? refuse(root, option, "nothing may follow: ", choice->backend->name)
			       : true;
	if (!text[len] || !choice->backend->parse(text + len + 1, &choice->path, &choice->offset))
		return refuse(root, option, "it should look like ", choice->backend->form);
	return true;
}

/* NPU NULL: the one for all. */
static const struct register_choice *find_choice(const struct registers *registers, const char *npu)
{
	for (unsigned i = 0; i < registers->choice_count; i++) {
		const struct register_choice *choice = &registers->choices[i];

		if (npu && choice->npu ? !strcmp(choice->npu, npu) : npu == choice->npu)
			return choice;
	}
	return NULL;
}

static bool add_choice(struct registers *registers, const char *option)
{
	const struct root *root = registers->root;
	struct register_choice choice = {0};
	const char *rest;
	bool good;

	if (!split_npu(option, &choice.npu, &rest))
		good = refuse(root, option, "no NPU is named before the =", "");
	else if (registers->choice_count == REGISTER_CHOICES_MAX)
		good = refuse(root, option, "there are too many of them", "");
	else if (find_choice(registers, choice.npu))
		good = refuse(root, option, "there is another one for the same NPU", "");
	else
		good = parse_backend(root, option, rest, &choice);
	if (good) {
		registers->choices[registers->choice_count++] = choice;
		return true;
	}
	free(choice.npu);
	free(choice.path);
	return false;
}

bool registers_init(struct registers *registers, const struct root *root,
		    const char *const *options, size_t count)
{
	*registers = (struct registers){.root = root};
	for (size_t i = 0; i < count; i++) {
		if (!add_choice(registers, options[i])) {
			registers_close(registers);
			return false;
		}
	}
	return true;
}

/* ---- channels ---- */

static bool is_directory(const struct root *root, const char *path)
{
	int fd = root_open_at(root, path, O_RDONLY | O_DIRECTORY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Without any --backend; where there are some, an NPU that has none is a mistake. */
static const struct register_choice *make_choice(struct registers *registers,
						 const struct nv2_write *reg)
{
	const struct root *root = registers->root;
	struct register_choice *choice;

	if (registers->choice_count) {
		log_say(root->log, LOG_LEVEL_ERROR,
			"cannot reach the registers of %s: each --backend is for another NPU: add "
			"--backend %s=… npu=%s",
			reg->npu, reg->npu, reg->npu);
		return NULL;
	}
	choice = &registers->choices[registers->choice_count++];
	*choice = (struct register_choice){0};
	choice->backend =
		is_directory(root, REGISTER_SCOM_DIR) ? &register_scom : &register_opal_prd;
	log_say(root->log, LOG_LEVEL_INFO, "registers are reached through %s backend=%s",
		choice->backend->name, choice->backend->name);
	return choice;
}

/* /dev/opal-prd can be opened once only: choices of the same thing share it. */
static bool is_channel_of(const struct register_channel *channel,
			  const struct register_choice *choice, uint32_t chip)
{
	if (channel->backend != choice->backend ||
	    (channel->backend->per_chip && channel->chip != chip))
		return false;
	return !choice->path || !strcmp(channel->path, choice->path);
}

static int open_channel(struct registers *registers, const struct register_choice *choice,
			uint32_t chip, struct register_channel **found)
{
	struct register_channel *channel;
	int error;

	for (unsigned i = 0; i < registers->channel_count; i++) {
		*found = &registers->channels[i];
		if (is_channel_of(*found, choice, chip))
			return 0;
	}
	if (registers->channel_count == REGISTER_CHANNELS_MAX)
		return -EMFILE;
	channel = *found = &registers->channels[registers->channel_count];
	*channel =
		(struct register_channel){choice->backend, registers->root, choice->path, chip, -1};
	error = choice->backend->open(channel);
	if (!error)
		registers->channel_count++;
	return error;
}

static int find_channel(struct registers *registers, const struct nv2_write *reg,
			struct register_channel **channel, uint64_t *offset)
{
	const struct register_choice *choice = find_choice(registers, reg->npu);

	if (reg->reg >= REGISTER_OFFSET_MAX || reg->reg % 8 || reg->mmio % 8) {
		log_say(registers->root->log, LOG_LEVEL_ERROR,
			"cannot reach register %s of %s: no register is at 0x%" PRIx32
			" of an NPU register=%s npu=%s",
			reg->name, reg->npu, reg->reg, reg->name, reg->npu);
		return -EINVAL;
	}
	if (!choice)
		choice = find_choice(registers, NULL);
	if (!choice)
		choice = make_choice(registers, reg);
	if (!choice)
		return -ENODEV;
	*offset = choice->offset;
	return open_channel(registers, choice, reg->chip, channel);
}

unsigned registers_privileges(const struct registers *registers)
{
	unsigned privileges = 0;

	for (unsigned i = 0; i < registers->choice_count; i++) {
		const struct register_choice *choice = &registers->choices[i];
		bool open = false;

		for (unsigned j = 0; j < registers->channel_count; j++)
			open = open || is_channel_of(&registers->channels[j], choice, 0);
		if (!open)
			privileges |= choice->backend->privileges;
	}
	return privileges;
}

/* ---- registers ---- */

int registers_read(struct registers *registers, const struct nv2_write *reg, uint64_t *value)
{
	struct register_channel *channel;
	uint64_t offset;
	int error = find_channel(registers, reg, &channel, &offset);

	uint64_t found = 0;

	if (!error)
		error = channel->backend->read(channel, reg, offset, &found);
	*value = error ? 0 : found;
	return error;
}

int registers_write(struct registers *registers, const struct nv2_write *reg, uint64_t value)
{
	struct register_channel *channel;
	uint64_t offset;
	int error;

	if (registers->root->read_only)
		return -EROFS;
	error = find_channel(registers, reg, &channel, &offset);
	return error ? error : channel->backend->write(channel, reg, offset, value);
}

void registers_barrier(const struct registers *registers)
{
	for (unsigned i = 0; i < registers->channel_count; i++)
		if (registers->channels[i].backend->barrier)
			registers->channels[i].backend->barrier();
}

void registers_close(struct registers *registers)
{
	for (unsigned i = 0; i < registers->channel_count; i++)
		registers->channels[i].backend->close(&registers->channels[i]);
	for (unsigned i = 0; i < registers->choice_count; i++) {
		free(registers->choices[i].npu);
		free(registers->choices[i].path);
	}
	registers->channel_count = registers->choice_count = 0;
}
