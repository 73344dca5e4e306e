/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a model and an operation, runs the transaction, in a process of its
 * own where it is to be killed, and says whether outcome and machine agree.
 * Never believes the transaction: the judges are state.c and libfdt.
 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */

#include "drive.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

const char *const operation_names[OPERATIONS] = {"apply", "remove", "guest-start", "guest-stop",
						 "verify"};

#define EXIT_TIMEOUT_SECONDS 20

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

void driver_begin(struct driver *driver)
{
	memset(driver, 0, sizeof(*driver));
	driver->cache = model_cache_new();
	driver->model = shared_memory(sizeof(*driver->model));
	driver->before = shared_memory(sizeof(*driver->before));
	driver->heard = shared_memory(sizeof(*driver->heard));
	driver->handle = (struct model_handle){driver->model, driver->cache};
	driver->was = (struct model_handle){driver->before, driver->cache};
	driver->guest = "vm0";
	driver->lpid = 5;
}

void driver_end(struct driver *driver)
{
	munmap(driver->model, sizeof(*driver->model));
	munmap(driver->before, sizeof(*driver->before));
	munmap(driver->heard, sizeof(*driver->heard));
	model_cache_free(driver->cache);
}

/* ---- running ---------------------------------------------------------------------- */

static void add_line(struct lines *lines, const char *line)
{
	size_t len = strlen(line);

	lines->count++;
	if (lines->used + len + 2 > sizeof(lines->text))
		return;
	memcpy(lines->text + lines->used, line, len);
	lines->used += len;
	lines->text[lines->used++] = '\n';
	lines->text[lines->used] = '\0';
}

static void forget_lines(struct lines *lines)
{
	lines->count = 0;
	lines->used = 0;
	*lines->text = '\0';
}

static void hear(void *context, enum log_level level, const char *line)
{
	struct heard *heard = context;

	if (level == LOG_LEVEL_ERROR)
		add_line(&heard->errors, line);
	else if (level == LOG_LEVEL_NOTICE)
		add_line(&heard->notices, line);
}

static enum outcome run_here(struct driver *driver, enum operation operation)
{
	const struct log log = {.level = LOG_LEVEL_NOTICE, .heard = hear, .context = driver->heard};
	const struct machine machine = model_machine(&driver->handle);
	const struct transaction transaction = {
		.machine = &machine,
		.log = &log,
		.trust = driver->trust,
		.verify_signature = driver->verify_signature,
		.dry_run = driver->dry_run,
	};
	const struct board *board = driver->model->board;
	const unsigned char *bundle = driver->bundle ? driver->bundle : board->bundle;
	size_t size = driver->bundle ? driver->bundle_size : board->bundle_size;

	switch (operation) {
	case OPERATION_APPLY:
		return transaction_apply(&transaction, bundle, size);
	case OPERATION_REMOVE:
		return transaction_remove(&transaction);
	case OPERATION_GUEST_START:
		return transaction_guest_start(&transaction, driver->guest, driver->lpid);
	case OPERATION_GUEST_STOP:
		return transaction_guest_stop(&transaction, driver->guest, driver->lpid);
	default:
		return transaction_verify(&transaction, bundle, size);
	}
}

static struct result run_elsewhere(struct driver *driver, enum operation operation)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		abort();
	if (!child) {
		alarm(EXIT_TIMEOUT_SECONDS);
		_exit((int)run_here(driver, operation));
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			abort();
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return (struct result){.killed = true};
	return (struct result){.outcome =
				       WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status)};
}

struct result drive(struct driver *driver, enum operation operation, uint32_t at,
		    enum model_fault fault)
{
	bool guests = operation == OPERATION_GUEST_START || operation == OPERATION_GUEST_STOP;
	const struct model_rules rules = {
		.lpid = guests ? driver->lpid : 0,
		.no_writes = driver->no_writes || operation == OPERATION_VERIFY || driver->dry_run,
	};

	model_arm(driver->model, at, fault, &rules);
	driver->model->early_at = driver->early_at;
	driver->model->early = driver->early;
	model_copy(driver->before, driver->model);
	forget_lines(&driver->heard->errors);
	forget_lines(&driver->heard->notices);
	if (at && model_fault_kills(fault))
		return run_elsewhere(driver, operation);
	return (struct result){.outcome = (int)run_here(driver, operation)};
}

/* ---- judging ------------------------------------------------------------------------ */

bool is_original(struct driver *driver)
{
	struct model_state state = model_state(&driver->handle);

	return state.tree_original && state.registers_old && model_is_clean(driver->model);
}

bool is_applied(struct driver *driver)
{
	struct model_state state = model_state(&driver->handle);

	return state.tree_applied && state.registers_set;
}

struct naming {
	const struct heard *heard;
	size_t tree_lost, tree_named;
	char unnamed[64]; /* a register */
};

/* `what` is a register's name, or a line of a tree: "/path" or "/path property value". */
static int look_for(void *context, const char *what)
{
	struct naming *naming = context;
	char word[512];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(what, " "), what);
	if (*what == '/') {
		naming->tree_lost++;
		naming->tree_named += strstr(naming->heard->errors.text, word) != NULL;
	} else if (!strstr(naming->heard->errors.text, word) && !*naming->unnamed) {
		snprintf(naming->unnamed, sizeof(naming->unnamed), "%.60s", word);
	}
	return 0;
}

/* Whether the log names all registers that are lost, and something of the tree if that is. */
static const char *check_naming(struct driver *driver, char *text, size_t size)
{
	struct naming naming = {.heard = driver->heard};

	model_each_loss(&driver->handle, look_for, &naming);
	if (*naming.unnamed) {
		snprintf(text, size, "lost, and no message names %s", naming.unnamed);
		return text;
	}
	if (naming.tree_lost && !naming.tree_named)
		return "lost, and no message names a node of the tree that is not as it was";
	return NULL;
}

static const char *judge_lost(struct driver *driver, bool whole, unsigned excuses, char *text,
			      size_t size)
{
	if (whole)
		return excuses & EXCUSE_DOUBT ? NULL : "lost, but all is as it was";
	if (!(excuses & EXCUSE_LOST))
		return "lost, but nothing made undo impossible";
	return excuses & EXCUSE_UNNAMED ? NULL : check_naming(driver, text, size);
}

/* An item that cannot be taken away is a loss, too, if a small one. */
static bool has_items(const struct model *model)
{
	for (size_t i = 0; i < MODEL_ITEMS; i++)
		if (model->items[i].used)
			return true;
	return false;
}

static const char *judge_change(struct driver *driver, bool apply, int outcome, unsigned excuses,
				char *text, size_t size)
{
	struct model_state state = model_state(&driver->handle);
	bool original = state.tree_original && state.registers_old;
	bool same = model_same(&driver->handle, &driver->was);

	if (outcome == OUTCOME_DONE && apply) {
		if (!state.tree_applied)
			return "done, but the tree is not as the bundle says";
		return state.registers_set ? NULL
					   : "done, but registers are not as the bundle says";
	}
	if (outcome == OUTCOME_DONE) {
		if (!state.tree_original)
			return "removed, but the tree is not as it was";
		return state.registers_old ? NULL : "removed, but registers are not as they were";
	}
	if (outcome == OUTCOME_LOST)
		return judge_lost(driver, original && !has_items(driver->model), excuses, text,
				  size);
	if (!original && !same)
		return "failed, and neither undone nor as before";
	return NULL;
}

static const char *judge_guest(struct driver *driver, bool start, int outcome, unsigned excuses)
{
	uint32_t lpid = model_lpid(driver->model, driver->guest);
	bool same = model_same(&driver->handle, &driver->was);

	if (outcome == OUTCOME_DONE && start)
		return lpid == driver->lpid ? NULL : "started, but the guest lacks a register";
	if (outcome == OUTCOME_DONE)
		return lpid == 0 ? NULL : "stopped, but the guest still has a register";
	if (outcome == OUTCOME_LOST && same)
		return excuses & EXCUSE_DOUBT ? NULL : "lost, but all is as before";
	if (outcome == OUTCOME_LOST)
		return excuses & EXCUSE_LOST ? NULL : "lost, but nothing made undo impossible";
	return same ? NULL : "failed, and not as before";
}

const char *judge(struct driver *driver, enum operation operation, struct result result,
		  unsigned excuses, char *text, size_t size)
{
	if (*driver->model->violation)
		return driver->model->violation;
	if (result.killed)
		return NULL;
	if (result.outcome != OUTCOME_DONE && result.outcome != OUTCOME_REFUSED &&
	    result.outcome != OUTCOME_SYSTEM && result.outcome != OUTCOME_LOST) {
		snprintf(text, size, "outcome %d", result.outcome);
		return text;
	}
	if (result.outcome != OUTCOME_DONE && !driver->heard->errors.count)
		return "failed without a message";
	if (operation == OPERATION_VERIFY)
		return NULL;
	if (operation == OPERATION_GUEST_START || operation == OPERATION_GUEST_STOP)
		return judge_guest(driver, operation == OPERATION_GUEST_START, result.outcome,
				   excuses);
	return judge_change(driver, operation == OPERATION_APPLY, result.outcome, excuses, text,
			    size);
}
