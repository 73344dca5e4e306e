# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Is all of a plan on its sheet, each value in a row of the thing it belongs to?

judge.py SHEET PLAN [REGIONS PROGRAM]: prints what is missing or wrong, one a line.
"""

import base64
import hashlib
import json
import sys
import xml.etree.ElementTree as tree

XHTML = "{http://www.w3.org/1999/xhtml}"


def words(element):
    """The words of an element's text; those of "128 GiB (0x2000000000)" are three."""
    return split(" ".join(element.itertext()))


def split(text):
    return text.replace("(", " ").replace(")", " ").split()


def clean(text):
    """Characters that are none to look at are shown so."""
    return "".join(char if char.isprintable() else "?" for char in text)


def rows_of(page):
    """(what heads the row, all texts of the row) for each row of each table."""
    for row in page.iter(XHTML + "tr"):
        head = row.find(XHTML + "th[@scope='row']")
        if head is not None:
            texts = {"".join(cell.itertext()) for cell in row}
            yield "".join(head.itertext()), texts | {word for cell in row for word in words(cell)}


def scalars(value):
    if isinstance(value, dict):
        for member in value.values():
            yield from scalars(member)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def missing(rows, name, value):
    """Which scalars of `value` are in none of the rows that `name` heads."""
    seen = set().union(*(texts for head, texts in rows if head == name))
    return [f"{name}: {text} is missing" for text in scalars(value) if text not in seen]


def judge_board(rows, page_words, board):
    names = [gpu["name"] for gpu in board["gpus"]] + [npu["name"] for npu in board["npus"]]
    wrong = []
    for thing in board["npus"] + board["gpus"] + board["links"]:
        # What a link shares with its GPU stands there.
        value = {key: value for key, value in thing.items() if key not in ("npu", "group")}
        if "brick" not in thing:
            value = thing
            # A GPU's own links are those of its ports, or in its group.
            value = {k: v for k, v in thing.items() if not (k == "links" and "slot" in thing)}
        wrong += missing(rows, thing["name"], value)
    for peer in board["peer_links"]:
        wanted = {peer["gpu"], peer["peer"], str(peer["port"]), str(peer["peer_port"])}
        if not any(head == peer["gpu"] and wanted <= texts for head, texts in rows):
            wrong.append(f"{peer}: no such row")
    for group in board["iommu_groups"]:
        wanted = set(group["devices"])
        if not any(head == group["npu"] and wanted <= texts for head, texts in rows):
            wrong.append(f"{group}: no such row")
    for key in ("name", "label", "model", "family", "memory_map", "page_size"):
        for word in split(clean(str(board.get(key, "")))):
            if word not in page_words:
                wrong.append(f"{key}: {word} is missing")
    for text in board["compatible"]:
        wrong += [f"{word} is missing" for word in split(clean(text)) if word not in page_words]
    wrong += [f"{name}: no row" for name in names if not any(head == name for head, _ in rows)]
    return wrong


def judge_guest(rows, page_words, guest):
    wrong = []
    for vphb in guest["vphbs"]:
        for device in vphb["devices"]:
            wanted = {device["name"], str(vphb["index"]), str(device["slot"]), str(device["function"])}
            if not any(head == device["name"] and wanted <= texts for head, texts in rows):
                wrong.append(f"{guest['name']}: {device}: no such row")
    for word in (guest["name"], guest["machine"], str(guest.get("lpid", ""))):
        if word and not any(word in (text, text.rstrip(":,")) for text in page_words):
            wrong.append(f"{guest['name']}: {word} is missing")
    return wrong


def judge_page(page):
    """Ids, and the policy: it names the hashes of what is there."""
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    wrong = [f"id {name}: twice" for name in set(ids) if ids.count(name) > 1]
    for element in page.iter():
        for name in ("aria-labelledby", "for"):
            if element.get(name) and element.get(name) not in ids:
                wrong.append(f"{name} {element.get(name)}: there is no such id")
        if element.tag == XHTML + "a" and element.get("href")[1:] not in ids:
            wrong.append(f"{element.get('href')}: leads nowhere")
        if element.get("style") or any(name.startswith("on") for name in element.keys()):
            wrong.append(f"{element.tag}: style or script in an attribute")
    policy = page.find(f".//{XHTML}meta[@http-equiv='Content-Security-Policy']").get("content")
    for tag in ("style", "script"):
        found = page.findall(f".//{XHTML}{tag}")
        digest = base64.b64encode(hashlib.sha256(found[0].text.encode()).digest()).decode()
        if len(found) != 1 or f"{tag}-src 'sha256-{digest}';" not in policy:
            wrong.append(f"{tag}: not what the policy allows")
    if not policy.startswith("default-src 'none';"):
        wrong.append("the policy allows more than it says")
    for table in page.iter(XHTML + "table"):
        heads = table.findall(f"{XHTML}thead/{XHTML}tr/{XHTML}th[@scope='col']")
        if table.find(XHTML + "caption") is None or not heads:
            wrong.append("a table lacks caption or heads")
        for row in table.findall(f"{XHTML}tbody/{XHTML}tr"):
            if len(row) != len(heads):
                wrong.append(f"{table[0].text}: {len(row)} cells below {len(heads)} heads")
    return wrong


def judge(sheet, documents):
    page = tree.parse(sheet).getroot()
    rows, page_words = list(rows_of(page)), set(words(page))
    wrong = judge_page(page)
    for document in documents:
        with open(document, encoding="utf-8") as file:
            value = json.load(file)
        for board in value.get("boards", []):
            wrong += judge_board(rows, page_words, board)
        for guest in value.get("guests", []):
            wrong += judge_guest(rows, page_words, guest)
        for device in value.get("devices", []):
            regions = [{k: v for k, v in region.items() if k != "caps"} for region in device["regions"]]
            wrong += missing(rows, device["name"], [device["npu"], regions])
        for step, write in enumerate(value.get("writes", []), 1):
            write["phase"] = write["phase"].replace(":", " ")
            del write["chip"]
            if not any(head == str(step) and set(scalars(write)) <= texts for head, texts in rows):
                wrong.append(f"step {step}: {write}: no such row")
    return wrong


if __name__ == "__main__":
    for line in judge(sys.argv[1], sys.argv[2:]):
        print(line)
