/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives it as JSON (nv2-plan-1). 64-bit numbers are lower-case
 * hex strings: JSON readers may keep 53 bits only. Computes nothing.
 */
#include "emit/plan_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		out_of_memory();
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		out_of_memory();
}

static json_t *hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (value)
		set(object, key, json_string(value));
}

static json_t *bdf_json(uint32_t bdfn)
{
	return json_sprintf("%02x:%02x.%u", bdfn >> 8, bdfn >> 3 & 0x1f, bdfn & 7);
}

static json_t *link_json(const struct plan_link *plan)
{
	const struct link *link = plan->link;
	json_t *object = json_object();

	set_text(object, "name", plan->name);
	set_text(object, "npu", link->npu->name);
	set(object, "brick", json_integer(link->brick));
	set_text(object, "gpu", link->gpu->name);
	if (link->port >= 0)
		set(object, "gpu_port", json_integer(link->port));
	set(object, "group", json_integer(link->gpu->group));
	set(object, "bdf", bdf_json(plan->bdfn));
	set(object, "bdfn", json_integer(plan->bdfn));
	set(object, "tgt", hex(plan->gpu->tgt));
	set(object, "memory", hex(plan->gpu->base));
	set(object, "atsd", hex(plan->atsd));
	set_text(object, "rate_gbps", link->rate->text);
	set(object, "bits_per_second", hex(link->rate->bits_per_second));
	set(object, "link_speed", json_integer(link->rate->code));
	set(object, "lane_mask", hex(plan->lane_mask));
	set(object, "phy", hex(plan->phy));
	set(object, "brick_id", json_integer(plan->brick_id));
	set(object, "workbook_link_id", json_integer(plan->workbook_link_id));
	return object;
}

static json_t *port_json(const struct plan_port *port)
{
	if (port->link)
		return json_string(port->link->name);
	if (port->peer)
		return json_sprintf("%s:%u", port->peer->gpu->name, port->peer_port);
	return json_null();
}

static json_t *gpu_json(const struct plan_gpu *plan)
{
	const struct gpu *gpu = plan->gpu;
	json_t *object = json_object(), *links = json_array(), *ports = json_array();

	set_text(object, "name", gpu->name);
	set_text(object, "slot", gpu->slot.value);
	set_text(object, "path", gpu->path.value);
	set_text(object, "pci", gpu->pci.value);
	set_text(object, "npu", gpu->npu->name);
	set(object, "group", json_integer(gpu->group));
	set(object, "aperture", hex(plan->base));
	set(object, "aperture_size", hex(plan->size));
	set(object, "tgt", hex(plan->tgt));
	set(object, "numa_node", json_integer(plan->node));
	set(object, "memory_node", json_sprintf("/%s", plan->memory_name));
	for (size_t i = 0; i < plan->links.count; i++)
		append(links, json_string(plan->links.items[i]->name));
	set(object, "links", links);
	for (unsigned i = 0; i < gpu->board->family->gpu_ports; i++)
		append(ports, port_json(&plan->ports[i]));
	if (plan->peers_known)
		set(object, "ports", ports);
	else
		json_decref(ports);
	return object;
}

static json_t *npu_json(const struct plan_npu *plan)
{
	json_t *object = json_object(), *atsds = json_array();

	set_text(object, "name", plan->npu->name);
	set(object, "chip", json_integer(plan->chip));
	set(object, "index", json_integer(plan->npu->index));
	set(object, "links", json_integer(plan->npu->link_count));
	set(object, "scom", hex(plan->scom_base));
	set_text(object, "xscom_path", plan->xscom_path);
	set_text(object, "npu_path", plan->npu_path);
	set_text(object, "phb_path", plan->phb_path);
	set(object, "registers", hex(plan->regs));
	set(object, "mmio_window", hex(plan->mmio_window));
	set(object, "mmio_window_size", hex(plan->mmio_window_size));
	for (unsigned i = 0; i < plan->atsd_count; i++)
		append(atsds, hex(plan->atsds[i]));
	set(object, "atsds", atsds);
	return object;
}

/* One IOMMU group an NPU: all its GPUs, then all its links. */
static json_t *group_json(const struct plan_npu *plan)
{
	json_t *object = json_object(), *devices = json_array();

	set_text(object, "npu", plan->npu->name);
	for (size_t i = 0; i < plan->gpus.count; i++)
		append(devices, json_string(plan->gpus.items[i]->gpu->name));
	for (size_t i = 0; i < plan->links.count; i++)
		append(devices, json_string(plan->links.items[i]->name));
	set(object, "devices", devices);
	return object;
}

static json_t *peer_json(const struct peer_link *peer)
{
	return json_pack("{s:s, s:i, s:s, s:i}", "gpu", peer->a->name, "port", (int)peer->port_a,
			 "peer", peer->b->name, "peer_port", (int)peer->port_b);
}

static json_t *board_json(const struct plan_board *plan)
{
	const struct board *board = plan->board;
	json_t *object = json_object(), *compatible = json_array(), *npus = json_array();
	json_t *gpus = json_array(), *links = json_array(), *peers = json_array();
	json_t *groups = json_array();

	set_text(object, "name", board->name);
	set_text(object, "label", board->label);
	set_text(object, "model", board->model.value);
	for (size_t i = 0; i < board->compatible.count; i++)
		append(compatible, json_string(board->compatible.items[i].value));
	set(object, "compatible", compatible);
	set_text(object, "family", board->family->name);
	set_text(object, "memory_map", board->map->name);
	set(object, "page_size", json_integer((json_int_t)plan->page_size));
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		append(npus, npu_json(npu));
		append(groups, group_json(npu));
		for (size_t j = 0; j < npu->links.count; j++)
			append(links, link_json(npu->links.items[j]));
	}
	for (size_t i = 0; i < plan->gpus.count; i++)
		append(gpus, gpu_json(plan->gpus.items[i]));
	for (size_t i = 0; i < board->peers.count; i++)
		append(peers, peer_json(&board->peers.items[i]));
	set(object, "npus", npus);
	set(object, "gpus", gpus);
	set(object, "links", links);
	set(object, "peer_links", peers);
	set(object, "iommu_groups", groups);
	return object;
}

static json_t *device_json(const struct vphb_device *device)
{
	json_t *object = json_object();

	if (device->gpu)
		set_text(object, "name", device->gpu->name);
	else
		set(object, "name",
		    json_sprintf("%s:%u", device->link->npu->name, device->link->brick));
	set_text(object, "kind", device->gpu ? "gpu" : "link");
	set(object, "slot", json_integer(device->slot));
	set(object, "function", json_integer(device->function));
	return object;
}

static json_t *guest_json(const struct guest *guest)
{
	json_t *object = json_object(), *vphbs = json_array();

	set_text(object, "name", guest->name);
	set_text(object, "board", guest->board->name);
	set_text(object, "machine", guest->machine.value);
	if (guest->lpid.set)
		set(object, "lpid", json_integer((json_int_t)guest->lpid.value));
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];
		json_t *item = json_object(), *devices = json_array();

		set(item, "index", json_integer((json_int_t)vphb->number));
		for (size_t j = 0; j < vphb->devices.count; j++)
			append(devices, device_json(&vphb->devices.items[j]));
		set(item, "devices", devices);
		append(vphbs, item);
	}
	set(object, "vphbs", vphbs);
	return object;
}

static int add_text(const char *text, size_t len, void *out)
{
	buffer_add(out, text, len);
	return 0;
}

void emit_plan_json(const struct plan *plan, const struct plan_board *only, struct buffer *out)
{
	const struct wiring *wiring = plan->wiring;
	json_t *root = json_object(), *boards = json_array(), *guests = json_array();

	set_text(root, "format", "nv2-plan-1");
	for (size_t i = 0; i < plan->boards.count; i++)
		if (!only || plan->boards.items[i] == only)
			append(boards, board_json(plan->boards.items[i]));
	for (size_t i = 0; i < wiring->guests.count; i++)
		if (!only || wiring->guests.items[i]->board == only->board)
			append(guests, guest_json(wiring->guests.items[i]));
	set(root, "boards", boards);
	set(root, "guests", guests);
	if (json_dump_callback(root, add_text, out, JSON_INDENT(2)))
		out_of_memory();
	buffer_add_string(out, "\n");
	json_decref(root);
}
