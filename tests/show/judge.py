# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Is all of a plan in its tables? judge.py TEXT PLAN: prints what is missing, one a line.

A value is looked for in the lines that begin with the name of its thing.
"""

import json
import sys

UNITS = (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10))


def size(number):
    """In the largest unit that it is a whole number of."""
    unit, shift = next((unit, shift) for unit, shift in UNITS if number % (1 << shift) == 0)
    return f"{number >> shift} {unit}"


def shown(key, value):
    """How a value of nv2-plan-1 is written in a table."""
    if key in ("aperture_size", "mmio_window_size"):
        return size(int(value, 16))
    if key == "bits_per_second":
        return str(int(value, 16))
    if key == "lane_mask":
        return f"0x{int(value, 16):06x}"
    if key == "rate_gbps":
        return value + " Gbps"
    return "-" if value is None else str(value)


def missing(lines, name, thing, left_out=()):
    wrong = []
    for key, value in thing.items():
        values = value if isinstance(value, list) else [value]
        wrong += [f"{name}: {key} {item} is missing" for item in values
                  if key not in left_out and f" {shown(key, item)} " not in lines.get(name, "")]
    return wrong


def judge(text, plan):
    lines = {}
    for line in text.splitlines():
        words = line.split()
        if words:
            lines[words[0]] = lines.get(words[0], "") + " " + " ".join(words) + " "
    wrong = []
    for board in plan["boards"]:
        for npu in board["npus"]:
            wrong += missing(lines, npu["name"], npu, ["atsds"])
            for entry, address in enumerate(npu["atsds"]):
                if f" {address} " not in lines.get(str(entry), ""):
                    wrong.append(f"{npu['name']}: ATSD {entry} is missing")
        for gpu in board["gpus"]:
            wrong += missing(lines, gpu["name"], gpu, ["links"])
        for link in board["links"]:
            # The rest stands with its GPU and its NPU.
            wrong += missing(lines, link["name"], link, ["npu", "brick", "group", "tgt", "memory"])
        for group in board["iommu_groups"]:
            wrong += missing(lines, group["npu"], group)
        for name in ("family", "memory_map"):
            wrong += missing(lines, name.split("_")[0], {name: board[name]})
        wrong += missing(lines, "host", {"aperture_size": hex(board["page_size"])})
    for guest in plan["guests"]:
        wrong += missing(lines, "guest", {"name": guest["name"]})
        for vphb in guest["vphbs"]:
            for device in vphb["devices"]:
                place = f" {vphb['index']} {device['slot']}.{device['function']} "
                if place not in lines.get(device["name"], ""):
                    wrong.append(f"{guest['name']}: {device['name']}: not at {place}")
    return wrong


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as tables, open(sys.argv[2], encoding="utf-8") as json_file:
        for line in judge(tables.read(), json.load(json_file)):
            print(line)
