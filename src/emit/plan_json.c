/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives it as JSON (nv2-plan-1), the same for `show`, `compile`
 * and `dump`. Computes nothing.
 */
#include "emit/plan_json.h"

#include "emit/json.h"

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
	set_member(object, "brick", json_integer(link->brick));
	set_text(object, "gpu", link->gpu->name);
	if (link->port >= 0)
		set_member(object, "gpu_port", json_integer(link->port));
	set_member(object, "group", json_integer(link->gpu->group));
	set_member(object, "bdf", bdf_json(plan->bdfn));
	set_member(object, "bdfn", json_integer(plan->bdfn));
	set_member(object, "tgt", make_hex(plan->gpu->tgt));
	set_member(object, "memory", make_hex(plan->gpu->base));
	set_member(object, "atsd", make_hex(plan->atsd));
	set_text(object, "rate_gbps", link->rate->text);
	set_member(object, "bits_per_second", make_hex(link->rate->bits_per_second));
	set_member(object, "link_speed", json_integer(link->rate->code));
	set_member(object, "lane_mask", make_hex(plan->lane_mask));
	set_member(object, "phy", make_hex(plan->phy));
	set_member(object, "brick_id", json_integer(plan->brick_id));
	set_member(object, "workbook_link_id", json_integer(plan->workbook_link_id));
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
	set_member(object, "group", json_integer(gpu->group));
	set_member(object, "aperture", make_hex(plan->base));
	set_member(object, "aperture_size", make_hex(plan->size));
	set_member(object, "tgt", make_hex(plan->tgt));
	set_member(object, "numa_node", json_integer(plan->node));
	set_member(object, "memory_node", json_sprintf("/%s", plan->memory_name));
	for (size_t i = 0; i < plan->links.count; i++)
		append_item(links, json_string(plan->links.items[i]->name));
	set_member(object, "links", links);
	for (unsigned i = 0; i < gpu->board->family->gpu_ports; i++)
		append_item(ports, port_json(&plan->ports[i]));
	if (plan->peers_known)
		set_member(object, "ports", ports);
	else
		json_decref(ports);
	return object;
}

static json_t *npu_json(const struct plan_npu *plan)
{
	json_t *object = json_object(), *atsds = json_array();

	set_text(object, "name", plan->npu->name);
	set_member(object, "chip", json_integer(plan->chip));
	set_member(object, "index", json_integer(plan->npu->index));
	set_member(object, "links", json_integer(plan->npu->link_count));
	set_member(object, "scom", make_hex(plan->scom_base));
	set_text(object, "xscom_path", plan->xscom_path);
	set_text(object, "npu_path", plan->npu_path);
	set_text(object, "phb_path", plan->phb_path);
	set_member(object, "registers", make_hex(plan->regs));
	set_member(object, "mmio_window", make_hex(plan->mmio_window));
	set_member(object, "mmio_window_size", make_hex(plan->mmio_window_size));
	for (unsigned i = 0; i < plan->atsd_count; i++)
		append_item(atsds, make_hex(plan->atsds[i]));
	set_member(object, "atsds", atsds);
	return object;
}

/* One IOMMU group an NPU: all its GPUs, then all its links. */
static json_t *group_json(const struct plan_npu *plan)
{
	json_t *object = json_object(), *devices = json_array();

	set_text(object, "npu", plan->npu->name);
	for (size_t i = 0; i < plan->gpus.count; i++)
		append_item(devices, json_string(plan->gpus.items[i]->gpu->name));
	for (size_t i = 0; i < plan->links.count; i++)
		append_item(devices, json_string(plan->links.items[i]->name));
	set_member(object, "devices", devices);
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
		append_item(compatible, json_string(board->compatible.items[i].value));
	set_member(object, "compatible", compatible);
	set_text(object, "family", board->family->name);
	set_text(object, "memory_map", board->map->name);
	set_member(object, "page_size", json_integer((json_int_t)plan->page_size));
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		append_item(npus, npu_json(npu));
		append_item(groups, group_json(npu));
		for (size_t j = 0; j < npu->links.count; j++)
			append_item(links, link_json(npu->links.items[j]));
	}
	for (size_t i = 0; i < plan->gpus.count; i++)
		append_item(gpus, gpu_json(plan->gpus.items[i]));
	for (size_t i = 0; i < board->peers.count; i++)
		append_item(peers, peer_json(&board->peers.items[i]));
	set_member(object, "npus", npus);
	set_member(object, "gpus", gpus);
	set_member(object, "links", links);
	set_member(object, "peer_links", peers);
	set_member(object, "iommu_groups", groups);
	return object;
}

static json_t *device_json(const struct vphb_device *device)
{
	json_t *object = json_object();

	if (device->gpu)
		set_text(object, "name", device->gpu->name);
	else
		set_member(object, "name",
			   json_sprintf("%s:%u", device->link->npu->name, device->link->brick));
	set_text(object, "kind", device->gpu ? "gpu" : "link");
	set_member(object, "slot", json_integer(device->slot));
	set_member(object, "function", json_integer(device->function));
	return object;
}

static json_t *guest_json(const struct guest *guest)
{
	json_t *object = json_object(), *vphbs = json_array();

	set_text(object, "name", guest->name);
	set_text(object, "board", guest->board->name);
	set_text(object, "machine", guest->machine.value);
	if (guest->lpid.set)
		set_member(object, "lpid", json_integer((json_int_t)guest->lpid.value));
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];
		json_t *item = json_object(), *devices = json_array();

		set_member(item, "index", json_integer((json_int_t)vphb->number));
		for (size_t j = 0; j < vphb->devices.count; j++)
			append_item(devices, device_json(&vphb->devices.items[j]));
		set_member(item, "devices", devices);
		append_item(vphbs, item);
	}
	set_member(object, "vphbs", vphbs);
	return object;
}

void emit_plan_json(const struct plan *plan, const struct plan_board *only, struct buffer *out)
{
	const struct wiring *wiring = plan->wiring;
	json_t *root = json_object(), *boards = json_array(), *guests = json_array();

	set_text(root, "format", "nv2-plan-1");
	if (only)
		append_item(boards, board_json(only));
	for (size_t i = 0; !only && i < plan->boards.count; i++)
		append_item(boards, board_json(plan->boards.items[i]));
	for (size_t i = 0; !only && i < wiring->guests.count; i++)
		append_item(guests, guest_json(wiring->guests.items[i]));
	for (size_t i = 0; only && i < only->board->guests.count; i++)
		append_item(guests, guest_json(only->board->guests.items[i]));
	set_member(root, "boards", boards);
	set_member(root, "guests", guests);
	write_json(root, out);
}
