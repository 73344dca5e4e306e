/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes settings, gives what commands work with: the log, the machine, who is
 * trusted, the bundle. Never changes the machine.
 */
#include "nv2boot/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nv2boot/explain.h"
#include "nv2boot/input.h"

void begin_run(struct run *run)
{
	const struct settings *settings = &run->settings;

	run->log = (struct log){
		.syslog = settings->syslog,
		.level = settings->verbose ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE,
	};
	run->options = (struct linux_options){
		.root = settings->root,
		.backends = settings->backends,
		.backend_count = settings->backend_count,
		.log = &run->log,
	};
	run->root.fd = -1;
}

void end_run(struct run *run)
{
	if (run->handle)
		linux_machine_close(run->handle);
	root_close(&run->root);
	free(run->keys.data);
	free(run->bundle_bytes.data);
}

int out_of_memory(const struct run *run)
{
	log_say(&run->log, LOG_LEVEL_ERROR, "out of memory");
	return EXIT_SYSTEM;
}

char *path_below(const struct run *run, const char *path)
{
	const char *root = run->settings.root;
	size_t size = strlen(root) + strlen(path) + 1;
	char *whole = malloc(size);

	if (whole)
		snprintf(whole, size, "%s%s", root, path);
	else
		out_of_memory(run);
	return whole;
}

int exit_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_DONE:
		return EXIT_DONE;
	case OUTCOME_REFUSED:
		return EXIT_REFUSED;
	case OUTCOME_SYSTEM:
		return EXIT_SYSTEM;
	case OUTCOME_LOST:
		break;
	}
	return EXIT_LOST;
}

/* What could not be opened was logged; without root this is the likely reason. */
static int say_who_may(const struct run *run)
{
	if (geteuid() && !run->settings.root[0])
		log_say(&run->log, LOG_LEVEL_ERROR,
			"nv2boot needs root, or --root with a directory that stands in for the "
			"machine euid=%lu",
			(unsigned long)geteuid());
	return EXIT_SYSTEM;
}

int open_machine(struct run *run, bool read_only)
{
	bool usage = false;

	run->options.read_only = read_only;
	if (root_open(&run->root, &run->options))
		return EXIT_SYSTEM;
	if (linux_read_keys(&run->options, &run->keys))
		return EXIT_REFUSED;
	run->handle = linux_machine_open(&run->options, &usage);
	if (!run->handle)
		return usage ? EXIT_USAGE : say_who_may(run);
	run->machine = linux_machine_of(run->handle);
	run->transaction = (struct transaction){
		.machine = &run->machine,
		.log = &run->log,
		.trust =
			{
				.keys = run->keys.data,
				.key_count = (uint32_t)(run->keys.size / 32),
				.locked_down = linux_is_locked_down(&run->options),
			},
		.verify_signature = linux_verify_signature,
		.dry_run = run->settings.dry_run,
	};
	return EXIT_DONE;
}

/* Whoever reads the log has to know why a signature is wanted at all. */
static void say_why_signed(const struct run *run)
{
	const struct nv2_trust *trust = &run->transaction.trust;

	if (trust->key_count)
		log_say(&run->log, LOG_LEVEL_ERROR,
			"bundles need a signature because there are keys here%s step=bundle "
			"keys=%" PRIu32,
			trust->locked_down ? " and the kernel is locked down" : "",
			trust->key_count);
	else
		log_say(&run->log, LOG_LEVEL_ERROR,
			"this kernel is locked down, so bundles need a signature, and there is no "
			"key to check one; put the public key into /etc/nv2boot/keys.d "
			"step=bundle");
}

/*
 * What no key vouches for is not even parsed. Damage is left to nv2_bundle_open(), which says where
 * it is; and without a reason to ask for a signature all of this is its work as well.
 */
static int check_seal(const struct run *run)
{
	const struct nv2_ops ops = {.verify_signature = run->transaction.verify_signature};
	const struct nv2_trust *trust = &run->transaction.trust;
	struct nv2_failure failure;
	enum nv2_status status;

	if (!trust->key_count && !trust->locked_down)
		return EXIT_DONE;
	status = nv2_seal_verify(run->bundle_bytes.data, run->bundle_bytes.size, trust, &ops,
				 &failure);
	if (status != NV2_ERR_UNSIGNED && status != NV2_ERR_NO_VERIFIER &&
	    status != NV2_ERR_SIGNATURE)
		return EXIT_DONE;
	say_why_signed(run);
	say_failure(run, "cannot use the bundle", &failure, NULL);
	return EXIT_REFUSED;
}

int open_run_bundle(struct run *run, const char *path)
{
	const char *name = strcmp(path, "-") != 0 ? path : "standard input";
	int error = read_input(path, false, &run->bundle_bytes);
	enum nv2_status status;

	if (error) {
		log_say(&run->log, LOG_LEVEL_ERROR,
			"cannot read bundle %s: %s path=\"%s\" errno=%d", name, input_error(error),
			name, -error);
		return EXIT_SYSTEM;
	}
	if (linux_machine_settle(run->handle))
		return EXIT_SYSTEM;
	if (check_seal(run))
		return EXIT_REFUSED;
	status = nv2_bundle_open(&run->bundle, run->bundle_bytes.data, run->bundle_bytes.size);
	if (!status)
		return EXIT_DONE;
	log_say(&run->log, LOG_LEVEL_ERROR,
		"cannot use bundle %s: %s: copy it again, or compile it again byte=0x%x%s%s", name,
		nv2_strerror(status), run->bundle.fault, run->bundle.fault_part ? " part=" : "",
		run->bundle.fault_part ? run->bundle.fault_part : "");
	return EXIT_REFUSED;
}

int trust_bundle(struct run *run, const struct nv2_fdt *tree)
{
	const struct nv2_ops ops = {.verify_signature = run->transaction.verify_signature};
	struct nv2_trust trust = run->transaction.trust;
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	int error = run->machine.ops->load_counter(run->machine.context, &trust.last_version);

	/* What cannot be read was logged by the machine, here and below. */
	if (error)
		return EXIT_SYSTEM;
	if (nv2_bundle_verify(&run->bundle, &trust, &ops, &failure) ||
	    nv2_board_check(&run->bundle, tree, &failure)) {
		say_failure(run, "cannot use the bundle", &failure, tree);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static bool has_npu(const struct nv2_bundle *bundle, const char *name, size_t len)
{
	struct nv2_device device;

	for (uint32_t i = 0; nv2_bundle_device(bundle, i, &device); i++)
		if (strlen(device.npu) == len && !memcmp(device.npu, name, len))
			return true;
	return false;
}

int check_npu_names(struct run *run)
{
	for (size_t i = 0; i < run->settings.backend_count; i++) {
		const char *text = run->settings.backends[i];
		size_t len = strcspn(text, "=:");

		if (text[len] == '=' && !has_npu(&run->bundle, text, len))
			return usage_error(run->command, "--backend: the bundle has no NPU '%.*s'",
					   (int)len, text);
	}
	return EXIT_DONE;
}

int read_live_tree(struct run *run, struct bytes *bytes, struct nv2_fdt *tree)
{
	int error = run->machine.ops->read_tree(run->machine.context, bytes);
	enum nv2_status status;

	if (error)
		return EXIT_SYSTEM;
	status = nv2_fdt_open(tree, bytes->data, bytes->size);
	if (!status)
		return EXIT_DONE;
	log_say(&run->log, LOG_LEVEL_ERROR, "cannot use the live device tree: %s byte=0x%x",
		nv2_strerror(status), tree->fault);
	return EXIT_REFUSED;
}

struct nv2_ops register_ops(struct run *run)
{
	return (struct nv2_ops){
		.context = run->machine.context,
		.read = run->machine.ops->read_register,
		.write = run->machine.ops->write_register,
		.barrier = run->machine.ops->barrier,
	};
}
