/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the declaration of a guest, gives its vPHBs with the devices on them
 * and their slots. Never asks whether a machine would take them.
 */
#include <stdlib.h>
#include <string.h>

#include "wiring/value.h"

static void read_machine(struct resolve *resolve, struct guest *guest)
{
	const char *text = guest->machine.value;
	unsigned numbers[2] = {0, 0};
	struct diag_record *error;
	size_t part = 0, at = 8, digits = 0;

	if (strncmp(text, "pseries-", 8) != 0)
		at = strlen(text) + 1;
	for (; at <= strlen(text) && part < 2; at++) {
		if (text[at] >= '0' && text[at] <= '9' && digits < 4) {
			numbers[part] = numbers[part] * 10 + (unsigned)(text[at] - '0');
			digits++;
		} else if (digits && text[at] == (part ? '\0' : '.')) {
			digits = 0;
			part++;
		} else {
			break;
		}
	}
	if (part == 2) {
		guest->machine_known = true;
		guest->machine_major = numbers[0];
		guest->machine_minor = numbers[1];
		return;
	}
	error = WIRING_ERROR(resolve, WIRING_UNKNOWN_VALUE, guest->machine.span,
			     "there is no machine type '%s' with NVLink2", text);
	if (!strncmp(text, "pseries", 7))
		diag_fix(resolve->diags, error,
			 "write it with its version, pseries-4.1 to pseries-8.1: an alias changes "
			 "with the release of QEMU");
	else
		diag_fix(resolve->diags, error,
			 "only pseries machines have NVLink2: pseries-4.1 to pseries-8.1");
}

static struct declaration *only_board(const struct resolve *resolve)
{
	struct declaration *only = NULL;

	for (size_t i = 0; i < resolve->boards.count; i++) {
		if (resolve->boards.items[i]->deleted.file)
			continue;
		if (only)
			return NULL;
		only = resolve->boards.items[i];
	}
	return only;
}

static struct declaration *board_named(const struct resolve *resolve, const char *name,
				       struct span *dropped)
{
	struct declaration *found = find_label(resolve, NULL, name, dropped);

	struct named_board *named;

	if (found)
		return found;
	HASH_FIND_PTR(resolve->names, &name, named);
	return named ? named->declaration : NULL;
}

static struct declaration *guest_board(struct resolve *resolve,
				       const struct declaration *declaration)
{
	const struct stmt *stmt = property_stmt(declaration, PROPERTY_BOARD);
	struct declaration *board = NULL;
	struct diag_record *error;
	struct span dropped = {0};
	struct name name;

	if (!stmt) {
		board = only_board(resolve);
		if (board || declaration->damaged ||
		    (!resolve->boards.count && resolve->syntax->has_errors))
			return board;
		error = WIRING_ERROR(resolve, WIRING_GUEST_BOARD, declaration->head->where,
				     resolve->boards.count ? "which board does guest %s run on?"
							   : "guest %s has no board to run on",
				     declaration->head->name.text);
		diag_fix(resolve->diags, error,
			 resolve->boards.count ? "add `board = LABEL;` to the guest"
					       : "describe a board, or include its file");
		return NULL;
	}
	if (stmt->damaged)
		return NULL;
	name = (struct name){stmt->values.first->kind == VALUE_STRING
				     ? stmt->values.first->text
				     : stmt->values.first->device.name.text,
			     stmt->values.first->span};
	if (!name.text || stmt->values.first->next || stmt->values.first->device.ports) {
		WIRING_ERROR(resolve, WIRING_PROPERTY_TYPE, stmt->values.first->span,
			     "'board' takes the label of one board");
		return NULL;
	}
	board = board_named(resolve, name.text, &dropped);
	if (!board) {
		report_unknown_board(resolve, name, dropped);
	} else if (board->kind != BLOCK_BOARD) {
		WIRING_ERROR(resolve, WIRING_WRONG_KIND, name.span, "'%s' is %s and no board",
			     name.text, block_phrase(board->kind));
		board = NULL;
	} else {
		note_name(resolve, name.span, board);
	}
	return board;
}

/* Its place among the devices of the vPHB. */
static size_t push_device(struct resolve *resolve, struct vphb *vphb, struct vphb_device device)
{
	*ARRAY_PUSH(resolve->arena, &vphb->devices) = device;
	return vphb->devices.count - 1;
}

static void note_device(struct resolve *resolve, struct diag_record *error, const struct vphb *vphb,
			size_t place)
{
	diag_note(resolve->diags, error, vphb->devices.items[place].span, "it was given here");
}

static void add_gpu(struct resolve *resolve, struct vphb *vphb, struct gpu *gpu, struct span span)
{
	if (gpu->vphb == vphb) {
		note_device(resolve,
			    WIRING_ERROR(resolve, WIRING_DEVICE_TWICE, span,
					 "%s is on this vPHB already", gpu->name),
			    vphb, gpu->vphb_place);
		return;
	}
	gpu->vphb = vphb;
	gpu->vphb_place =
		push_device(resolve, vphb, (struct vphb_device){.gpu = gpu, .span = span});
}

static void add_bridge(struct resolve *resolve, struct vphb *vphb, struct link *link,
		       struct span span)
{
	if (link->vphb == vphb) {
		note_device(resolve,
			    WIRING_ERROR(resolve, WIRING_DEVICE_TWICE, span,
					 "this link of %s is on this vPHB already",
					 link->npu->name),
			    vphb, link->vphb_place);
		return;
	}
	link->vphb = vphb;
	link->vphb_place =
		push_device(resolve, vphb, (struct vphb_device){.link = link, .span = span});
}

static void report_brick(struct resolve *resolve, const struct npu *npu, uint64_t brick,
			 unsigned bricks, struct span span)
{
	struct buffer wired = {0};
	struct diag_record *error;

	error = WIRING_ERROR(resolve, brick >= bricks ? WIRING_BRICK_RANGE : WIRING_UNKNOWN_NAME,
			     span, "%s has no %s %llu", npu->name,
			     brick >= bricks ? "brick" : "link on brick",
			     (unsigned long long)brick);
	for (unsigned i = 0; i < bricks; i++)
		if (npu->bricks[i])
			buffer_printf(&wired, "%s%u", wired.len ? "," : "", i);
	diag_fix(resolve->diags, error, wired.len ? "its links are %s:%s" : "%s has no links at all",
		 npu->name, wired.len ? wired.data : "");
	buffer_free(&wired);
}

static void add_bricks(struct resolve *resolve, struct vphb *vphb, const struct npu *npu,
		       const struct ports *ports)
{
	unsigned bricks = npu->board->family ? npu->board->family->bricks : BRICKS_MAX;

	for (; ports; ports = ports->next) {
		for (uint64_t brick = ports->first; brick <= ports->last; brick++) {
			if (brick >= bricks || !npu->bricks[brick]) {
				/* A link that got lost may be the one that is missed. */
				if (brick < bricks && npu->board->gaps & GAP_LINKS)
					continue;
				report_brick(resolve, npu, brick, bricks, ports->span);
				vphb->damaged = true;
				break;
			}
			add_bridge(resolve, vphb, npu->bricks[brick], ports->span);
		}
	}
}

static bool find_device(struct resolve *resolve, const struct declaration *board,
			struct vphb *vphb, const struct value *value, struct declaration **found)
{
	struct span dropped = {0};

	*found = NULL;
	if (value->kind == VALUE_DEVICE && value->device.name.text)
		*found = find_name(resolve, board, value->device.name, &dropped);
	else
		WIRING_ERROR(resolve, WIRING_PROPERTY_TYPE, value->span,
			     "devices are GPUs, links by label, and bricks: GPU0, L0, npu0:0-2");
	if (!*found && value->kind == VALUE_DEVICE && value->device.name.text)
		report_unknown_name(resolve, board, value->device.name, dropped);
	if (!*found)
		vphb->damaged = true;
	return *found != NULL;
}

static void add_devices(struct resolve *resolve, const struct declaration *board,
			struct vphb *vphb, const struct value *value)
{
	struct declaration *found;

	if (!find_device(resolve, board, vphb, value, &found))
		return;
	if (found->kind == BLOCK_GPU && !value->device.ports) {
		add_gpu(resolve, vphb, found->object, value->span);
	} else if (found->kind == BLOCK_NPU && value->device.ports) {
		add_bricks(resolve, vphb, found->object, value->device.ports);
	} else if (found->kind == BLOCK_LINK && !value->device.ports) {
		for (size_t i = 0; i < found->links.count; i++)
			add_bridge(resolve, vphb, found->links.items[i], value->span);
	} else {
		struct diag_record *error = WIRING_ERROR(
			resolve, WIRING_WRONG_KIND, value->span,
			found->kind == BLOCK_NPU ? "%s is an NPU: say which bricks"
						 : "%s has no bricks",
			value->device.name.text);

		if (found->kind == BLOCK_NPU)
			diag_fix(resolve->diags, error,
				 "write %s:0-5, or `npu = %s;` for its whole IOMMU group",
				 value->device.name.text, value->device.name.text);
		vphb->damaged = true;
	}
}

/* `npu = GPU0`, `npu = npu0:0-5`. */
static void report_no_npu(struct resolve *resolve, const struct value *value,
			  const struct declaration *found)
{
	struct diag_record *error = WIRING_ERROR(resolve, WIRING_WRONG_KIND, value->span,
						 "'npu' takes an NPU, for its whole IOMMU group");
	const struct source *source = source_get(resolve->diags->sources, value->span.file);
	const char *text =
		arena_strndup(resolve->arena, source->text + value->span.offset, value->span.len);
	const struct npu *npu = found->kind == BLOCK_NPU   ? found->object
				: found->kind == BLOCK_GPU ? ((struct gpu *)found->object)->npu
				: found->links.count       ? found->links.items[0]->npu
							   : NULL;

	if (npu)
		diag_fix(resolve->diags, error,
			 "write `npu = %s;`, or `devices = %s;` for single devices", npu->name,
			 text);
	else
		diag_fix(resolve->diags, error, "write `devices = %s;` for single devices", text);
}

/* npu = X: the whole IOMMU group of X. */
static void add_group(struct resolve *resolve, const struct declaration *board, struct vphb *vphb,
		      const struct stmt *stmt)
{
	const struct value *value = single_value(resolve, stmt);
	struct declaration *found;
	struct npu *npu;

	vphb->damaged |= !value;
	if (!value || !find_device(resolve, board, vphb, value, &found))
		return;
	if (found->kind != BLOCK_NPU || value->device.ports) {
		report_no_npu(resolve, value, found);
		vphb->damaged = true;
		return;
	}
	vphb->npu = npu = found->object;
	for (size_t i = 0; i < npu->gpus.count; i++)
		add_gpu(resolve, vphb, npu->gpus.items[i], value->span);
	for (size_t i = 0; i < BRICKS_MAX; i++)
		if (npu->bricks[i])
			add_bridge(resolve, vphb, npu->bricks[i], value->span);
}

/*
 * GPUs by group, then bridges by brick, whatever order the text has: guests
 * number memory in the order of the walk.
 */
static int compare_devices(const void *left, const void *right)
{
	const struct vphb_device *a = left, *b = right;
	unsigned x = a->gpu ? a->gpu->group : a->link->brick;
	unsigned y = b->gpu ? b->gpu->group : b->link->brick;

	if (!a->gpu != !b->gpu)
		return a->gpu ? -1 : 1;
	if (x != y)
		return x < y ? -1 : 1;
	return span_compare(a->span, b->span);
}

static void order_devices(struct vphb *vphb)
{
	if (vphb->devices.count > 1)
		qsort(vphb->devices.items, vphb->devices.count, sizeof(vphb->devices.items[0]),
		      compare_devices);
}

/* `2` or `2.0`: a slot of the bus and a function in it. */
static bool read_slot(struct resolve *resolve, const struct value *value, unsigned *slot,
		      unsigned *function)
{
	const char *text = value->kind == VALUE_DECIMAL ? value->text : NULL;
	uint64_t s = value->number, f = 0;

	if (text) {
		size_t dot = strcspn(text, ".");

		s = dot <= 2 ? (uint64_t)(text[0] - '0') : 99;
		if (dot == 2)
			s = s * 10 + (uint64_t)(text[1] - '0');
		f = strlen(text + dot + 1) == 1 ? (uint64_t)(text[dot + 1] - '0') : 99;
	}
	if ((value->kind != VALUE_NUMBER && !text) || s > 31 || f > 7) {
		diag_fix(resolve->diags,
			 WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, value->span,
				      "a slot is a number from 0 to 31, or slot.function with a "
				      "function from 0 to 7"),
			 "write it as in `GPU0 = 3;`, or leave it out for the next free slot");
		return false;
	}
	*slot = (unsigned)s;
	*function = (unsigned)f;
	return true;
}

static struct vphb_device *device_on(struct vphb *vphb, const struct gpu *gpu,
				     const struct link *link)
{
	for (size_t i = 0; i < vphb->devices.count; i++)
		if (gpu ? vphb->devices.items[i].gpu == gpu : vphb->devices.items[i].link == link)
			return &vphb->devices.items[i];
	return NULL;
}

/* The link on the one brick that a list names; false after an error. */
static bool find_brick(struct resolve *resolve, const struct npu *npu, const struct name *name,
		       const struct ports *ports, const struct link **link)
{
	unsigned bricks = npu->board->family ? npu->board->family->bricks : BRICKS_MAX;
	struct diag_record *error;

	if (ports->first < bricks) {
		*link = npu->bricks[ports->first];
		return true;
	}
	error = WIRING_ERROR(resolve, WIRING_BRICK_RANGE, ports->span, "%s has no brick %llu",
			     name->text, (unsigned long long)ports->first);
	diag_fix(resolve->diags, error, "its bricks are numbered 0 to %u", bricks - 1);
	return false;
}

static void set_slot(struct resolve *resolve, const struct declaration *board, struct vphb *vphb,
		     const struct stmt *stmt)
{
	struct name name = stmt->kind == STMT_SLOT ? stmt->a.name : stmt->name;
	const struct ports *ports = stmt->kind == STMT_SLOT ? stmt->a.ports : NULL;
	struct span dropped = {0};
	struct declaration *found = find_name(resolve, board, name, &dropped);
	struct vphb_device *device = NULL;
	const struct link *link = NULL;
	const struct value *value;
	unsigned slot, function;

	if (!found) {
		report_unknown_name(resolve, board, name, dropped);
		return;
	}
	value = single_value(resolve, stmt);
	if (!value || !read_slot(resolve, value, &slot, &function))
		return;
	if (found->kind == BLOCK_GPU && !ports) {
		device = device_on(vphb, found->object, NULL);
	} else if (found->kind == BLOCK_NPU && ports && !ports->next &&
		   ports->first == ports->last) {
		if (!find_brick(resolve, found->object, &name, ports, &link))
			return;
		if (link)
			device = device_on(vphb, NULL, link);
	} else {
		WIRING_ERROR(resolve, WIRING_WRONG_KIND, stmt->where,
			     "a slot belongs to one GPU or to one brick, as in npu0:0");
		return;
	}
	if (!device) {
		if (!vphb->damaged && !(((struct board *)board->object)->gaps & GAP_LINKS))
			WIRING_ERROR(resolve, WIRING_NOT_ON_VPHB, stmt->where,
				     "%s is not on this vPHB",
				     arena_strndup(resolve->arena,
						   source_get(resolve->diags->sources,
							      stmt->where.file)->text +
							   stmt->where.offset,
						   stmt->where.len));
		return;
	}
	if (device->slot_span.file) {
		struct diag_record *error = WIRING_ERROR(resolve, WIRING_PROPERTY_TWICE,
							 stmt->where,
							 "this device has a slot already");

		diag_note(resolve->diags, error, device->slot_span, "it was set here");
		return;
	}
	device->slot = slot;
	device->function = function;
	device->slot_span = stmt->span;
}

/*
 * One slot each, in order, leaving out those that were given away. Past the
 * last slot of the bus they go on, for a rule to report.
 */
static void fill_slots(struct vphb *vphb)
{
	uint32_t taken = 0;
	unsigned next = 0;

	for (size_t i = 0; i < vphb->devices.count; i++)
		if (vphb->devices.items[i].slot_span.file)
			taken |= UINT32_C(1) << vphb->devices.items[i].slot;
	for (size_t i = 0; i < vphb->devices.count; i++) {
		struct vphb_device *device = &vphb->devices.items[i];

		if (device->slot_span.file)
			continue;
		while (next < 32 && taken >> next & 1)
			next++;
		device->slot = next++;
	}
}

static void build_vphb(struct resolve *resolve, struct guest *guest,
		       const struct declaration *board, struct declaration *declaration)
{
	const struct stmt *npu = property_stmt(declaration, PROPERTY_NPU);
	const struct stmt *devices = property_stmt(declaration, PROPERTY_DEVICES);
	struct vphb *vphb = arena_alloc(resolve->arena, sizeof(*vphb));
	struct diag_record *error;

	declaration->object = vphb;
	vphb->guest = guest;
	vphb->number = declaration->head->values.first->number;
	vphb->span = declaration->head->span;
	vphb->damaged = declaration->damaged;
	*ARRAY_PUSH(resolve->arena, &guest->vphbs) = vphb;
	if (npu && devices) {
		error = WIRING_ERROR(resolve, WIRING_PROPERTY_TWICE, devices->where,
				     "'npu' gives the vPHB a whole group, so 'devices' cannot add to it");
		diag_note(resolve->diags, error, npu->where, "'npu' is set here");
		diag_fix(resolve->diags, error, "keep one of the two");
	} else if (!npu && !devices && !declaration->damaged) {
		error = WIRING_ERROR(resolve, WIRING_PROPERTY_MISSING, vphb->span,
				     "this phb has neither 'npu' nor 'devices'");
		diag_fix(resolve->diags, error, "add `npu = NAME;` for a whole IOMMU group");
		vphb->damaged = true;
	}
	if (!board)
		return;
	if (npu)
		add_group(resolve, board, vphb, npu);
	if ((npu && npu->damaged) || (devices && devices->damaged))
		vphb->damaged = true;
	for (const struct value *value = devices && !npu && !vphb->damaged ? devices->values.first
									   : NULL;
	     value; value = value->next)
		add_devices(resolve, board, vphb, value);
	order_devices(vphb);
	for (size_t i = 0; i < declaration->slots.count; i++)
		for (const struct stmt *stmt = declaration->slots.items[i]->body.first; stmt;
		     stmt = stmt->next)
			/* Anything else there has been reported. */
			if (stmt->kind == STMT_PROPERTY || stmt->kind == STMT_SLOT)
				set_slot(resolve, board, vphb, stmt);
	fill_slots(vphb);
}

void build_guest(struct resolve *resolve, struct declaration *declaration)
{
	struct guest *guest = arena_alloc(resolve->arena, sizeof(*guest));
	struct declaration *board = guest_board(resolve, declaration);

	declaration->object = guest;
	guest->name = declaration->head->name.text;
	guest->span = declaration->head->where;
	guest->name_span = declaration->head->name.span;
	guest->board = board ? board->object : NULL;
	guest->damaged = declaration->damaged;
	require_property(resolve, declaration, PROPERTY_MACHINE, "machine",
			 "add `machine = \"pseries-5.1\";`");
	if (get_string(resolve, declaration, PROPERTY_MACHINE, &guest->machine))
		read_machine(resolve, guest);
	get_number(resolve, declaration, PROPERTY_LPID, 1, 4095, &guest->lpid);
	collect_extras(resolve, declaration, guest->extra);
	for (size_t i = 0; i < declaration->children.count; i++)
		if (!declaration->children.items[i]->deleted.file)
			build_vphb(resolve, guest, board, declaration->children.items[i]);
	*ARRAY_PUSH(resolve->arena, &resolve->wiring->guests) = guest;
	if (guest->board)
		*ARRAY_PUSH(resolve->arena, &guest->board->guests) = guest;
}
