#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A small client of `nv2dtc lsp`: runs one session, prints what the server says.

usage: client.py NV2DTC DIRECTORY SESSION
"""
import json
import os
import subprocess
import sys
import threading
import urllib.parse


class Server:
    def __init__(self, arguments):
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.next_id = 1
        self.notes = []
        self.timer = threading.Timer(120, self.process.kill)
        self.timer.start()

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps(dict(message, jsonrpc="2.0"), ensure_ascii=False).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def read(self):
        length = None
        while True:
            line = self.process.stdout.readline()
            if not line:
                return None
            if line == b"\r\n":
                break
            name, value = line.split(b":")
            if name == b"Content-Length":
                length = int(value)
        return json.loads(self.process.stdout.read(length))

    def notify(self, method, params=None):
        self.send({"method": method, "params": params})

    def request(self, method, params=None):
        number = self.next_id
        self.next_id += 1
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.read()
            if message is None:
                raise SystemExit("the server is gone")
            if message.get("id") == number:
                return message.get("result", message.get("error"))
            self.notes.append(message)

    def diagnostics(self, uri, version=None):
        """Waits for those of one file."""
        while True:
            for i, note in enumerate(self.notes):
                params = note["params"]
                if note["method"].endswith("publishDiagnostics") and params["uri"] == uri:
                    if version is None or params.get("version") == version:
                        del self.notes[i]
                        return params["diagnostics"]
            message = self.read()
            if message is None:
                raise SystemExit("the server is gone")
            self.notes.append(message)

    def initialize(self, encodings=None, markup="markdown", options=None, root=None):
        capabilities = {"textDocument": {"hover": {"contentFormat": [markup]}}}
        if encodings is not None:
            capabilities["general"] = {"positionEncodings": encodings}
        result = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "capabilities": capabilities,
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return result

    def open(self, uri, text, version=1):
        item = {"uri": uri, "languageId": "nv2", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri, version, *changes):
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [
                    {"text": c} if isinstance(c, str) else {"range": c[0], "text": c[1]}
                    for c in changes
                ],
            },
        )

    def at(self, method, uri, line, character, **more):
        params = {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
        }
        return self.request("textDocument/" + method, dict(params, **more))

    def leave(self):
        self.request("shutdown")
        self.notify("exit")
        return self.end()

    def end(self):
        self.process.stdin.close()
        status = self.process.wait()
        self.timer.cancel()
        return status


def span(first_line, first, last_line, last):
    return {
        "start": {"line": first_line, "character": first},
        "end": {"line": last_line, "character": last},
    }


def place(text, word, nth=0, column=0):
    """Line and UTF-16 column of the nth `word`."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(word, at + 1)
    line = text.count("\n", 0, at)
    start = text.rfind("\n", 0, at) + 1
    return line, len(text[start:at].encode("utf-16-le")) // 2 + column


def short(r):
    return "%d:%d-%d:%d" % (
        r["start"]["line"],
        r["start"]["character"],
        r["end"]["line"],
        r["end"]["character"],
    )


def show_diagnostics(title, items):
    print("== " + title)
    for d in items:
        print(short(d["range"]), d["severity"], d["code"], d["source"])
        print("  " + d["message"].replace("\n", "\n  "))
        for r in d.get("relatedInformation", []):
            name = r["location"]["uri"].rsplit("/", 1)[1]
            print("  - %s %s %s" % (name, short(r["location"]["range"]), r["message"]))


def show_hover(title, result):
    print("== " + title)
    print(short(result["range"]) + "\n" + result["contents"]["value"] if result else "nothing")


class Files:
    def __init__(self, directory):
        self.directory = os.path.realpath(directory)

    def uri(self, name):
        return "file://" + urllib.parse.quote(self.directory + "/" + name)

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)


REDBUD = """/nv2-v1/;

B: board "example,two" {
	compatible = "example,machine";
	family = power9-npu2;
	memory-map = gpu-4t-up;

	npu npu0 { chip = 0; }

	gpu GPU0 { slot = "GPU0"; }
	gpu GPU1 { slot = "GPU1"; }

	link npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;
	L1: link npu0:3-5 <-> GPU1:1,3,5 at 25.78125 Gbps;
	link GPU0:0,2,4 <-> GPU1:0,2,4;
};

guest "vm0" {
	machine = "pseries-5.1"; // NV2-E0019
	phb 1 { npu = npu0; slots { GPU0 = 0; } }
};
"""


def edit(s, f):
    """Texts that change: whole, in part, in each encoding; files that include others."""
    uri, inner = f.uri("a b.nv2"), f.uri("part.nv2i")
    f.write("part.nv2i", 'gpu GPU1 { slot = "GPU1"; }\n')
    broken = REDBUD.replace('	gpu GPU1 { slot = "GPU1"; }\n', '	/include/ "part.nv2i"\n')
    broken = broken.replace("25.78125 Gbps;\n	L1", "25.78125 Gbps\n	L1").replace("slot =", "slott =")
    s.open(uri, broken)
    show_diagnostics("opened", s.diagnostics(uri, 1))
    s.change(uri, 2, broken.replace("slott", "slot"))
    show_diagnostics("whole", s.diagnostics(uri, 2))
    s.change(uri, 3, (span(12, 99, 12, 99), ";"), (span(9, 19, 9, 25), '"😀"; pci = "x"'))
    show_diagnostics("in part: a column behind a character of two units", s.diagnostics(uri, 3))
    s.open(inner, 'gpu GPU0 { slot = "é"; phb = 1; }\n')
    show_diagnostics("an included file, not saved", s.diagnostics(inner, 1))
    show_diagnostics("what includes it", s.diagnostics(uri))
    s.change(uri, 4, broken.replace("slott", "slot").replace("Gbps\n", "Gbps;\n"))
    show_diagnostics("mended", s.diagnostics(uri, 4))
    s.notify("textDocument/didClose", {"textDocument": {"uri": inner}})
    show_diagnostics("closed: the file counts", s.diagnostics(uri, 4))
    s.change(uri, 5, (span(999, 9, 999, 9), "\n\n"), (span(5, 0, 4, 0), "x"))
    s.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    note = s.read()
    print(note["method"], note["params"]["message"][:32])
    # A carriage return alone ends a line for LSP, and is a blank for the compiler.
    s.open(f.uri("cr.nv2"), "/nv2-v1/;\r// é😀\r\nfoo;\r\n")
    show_diagnostics("carriage returns", s.diagnostics(f.uri("cr.nv2")))
    s.open(f.uri("nul.nv2"), "/nv2-v1/;\n\0")
    show_diagnostics("a NUL", s.diagnostics(f.uri("nul.nv2")))
    s.open("untitled:Untitled-1", "/nv2-v1/;\n\n{\n")
    show_diagnostics("no file yet", s.diagnostics("untitled:Untitled-1"))
    s.open(f.uri("lone.nv2i"), 'gpu GPU0 { slot = "GPU0" }\n')
    show_diagnostics("a fragment that nothing includes", s.diagnostics(f.uri("lone.nv2i")))


def encodings(s, f):
    """The same place in the three encodings; s is the one without a list."""
    text = '/nv2-v1/;\n/* é€😀 */ bord "x" { }\n'
    uri = f.uri("e.nv2")
    s.open(uri, text)
    print("utf-16", short(s.diagnostics(uri)[0]["range"]))
    for name in ("utf-8", "utf-32", "utf-16"):
        other = Server(s.process.args)
        result = other.initialize([name, "utf-16"])
        print(result["capabilities"]["positionEncoding"], end=" ")
        other.open(uri, text)
        print(short(other.diagnostics(uri)[0]["range"]))
        # Behind the euro sign: what is inserted lands there and nowhere else.
        column = {"utf-8": 8, "utf-16": 5, "utf-32": 5}[name]
        other.change(uri, 2, (span(1, column, 1, column), "*/ board \"b\" { }; /*"))
        items = other.diagnostics(uri, 2)
        print([short(d["range"]) for d in items][:2])
        if other.leave():
            print("exit status")
    other = Server(s.process.args)
    print(other.initialize(["utf-7", 3])["capabilities"]["positionEncoding"])
    print(other.leave())


def hover(s, f):
    uri = f.uri("h.nv2")
    s.open(uri, REDBUD)
    print(s.diagnostics(uri))
    for word, nth, column in (
        ("GPU0", 0, 1), ("GPU1:1", 0, 0), ("npu0", 0, 0), ("0-2", 0, 1), ("1,3,5", 0, 2),
        ("L1", 0, 0), ("GPU0:0", 0, 5), ("memory-map", 0, 3), ("slot", 0, 0), ("npu = ", 0, 0),
        ("phb", 0, 0), ("B:", 0, 0), ("NV2-E0019", 0, 4), ("/nv2-v1/", 0, 3), ("at 25", 0, 1),
        ("machine =", 0, 0), ("example", 0, 0), ("guest", 0, 0), ("1 {", 0, 0), ("compat", 0, -1),
    ):
        line, at = place(REDBUD, word, nth)
        show_hover("%s, %d" % (word, nth), s.at("hover", uri, line, at + column))
    broken = REDBUD.replace("GPU0:1,3,5", "GPU0:1,3,3")
    s.change(uri, 2, broken)
    line, at = place(broken, "GPU0:1,3,3")
    show_hover("a diagnostic", s.at("hover", uri, line, at + 9))
    show_hover("nothing follows yet", s.at("hover", uri, *place(broken, "gpu GPU0", column=5)))
    show_hover("behind the end", s.at("hover", uri, 9999, 9999))
    plain = Server(s.process.args)
    plain.initialize(markup="plaintext")
    plain.open(uri, REDBUD)
    show_hover("plain text", plain.at("hover", uri, *place(REDBUD, "family")))
    print(plain.leave())


def show_edit(changes):
    for uri, edits in changes.items():
        print(uri.rsplit("/", 1)[1], [(short(e["range"]), e["newText"]) for e in edits])


def names(s, f):
    """Definition, references, rename, outline."""
    f.write("gpus.nv2i", '	gpu GPU0 { slot = "GPU0"; }\n	gpu GPU1 { slot = "GPU1"; }\n')
    head = 'compatible = "x"; family = power9-npu2; memory-map = gpu-4t-up;'
    text = "/nv2-v1/;\n" + "".join(
        '%s: board "%s" { %s\n	npu npu0 { chip = 0; }\n	/include/ "gpus.nv2i"\n'
        "	link npu0:0 <-> GPU0:1 at 25 Gbps;\n};\n" % (b, b.lower(), head) for b in "AB"
    ) + '&A/GPU0 { slot = "S"; }\nguest "g" { machine = "pseries-5.1"; board = A;\n' \
        "	phb 1 { devices = GPU0, npu0:0; slots { GPU0 = 3; } }\n};\n/delete/ &B/GPU1;\n"
    uri, inner = f.uri("n.nv2"), f.uri("gpus.nv2i")
    s.open(uri, text)
    show_diagnostics("diagnostics", s.diagnostics(uri))
    for word, nth in (("npu0:0", 0), ("npu0:0", 1), ("GPU0 {", 0), ("A/", 0), ("gpus", 0), ("A;", 0),
                      ("compatible", 0)):
        found = s.at("definition", uri, *place(text, word, nth))
        print(word, nth, found and (found["uri"].rsplit("/", 1)[1], short(found["range"])))
    found = s.at("references", uri, *place(text, "npu0:0"), context={"includeDeclaration": True})
    print([short(r["range"]) for r in found])
    found = s.at("references", uri, *place(text, "npu0:0"), context={"includeDeclaration": False})
    print([short(r["range"]) for r in found])
    print("rename npu0 of A: B has its own")
    show_edit(s.at("rename", uri, *place(text, "npu0:0"), newName="chip0")["changes"])
    print("rename GPU0 of A: B has the same text")
    show_edit(s.at("rename", uri, *place(text, "GPU0 {"), newName="SXM0")["changes"])
    print(short(s.at("prepareRename", uri, *place(text, "GPU0 {"))))
    print(s.at("prepareRename", uri, 0, 0))
    for name in ("GPU1", "0x", "", 7, "a b"):
        print(s.at("rename", uri, *place(text, "GPU0 {"), newName=name)["message"])
    print(s.at("rename", uri, 0, 0, newName="x")["message"])
    s.open(inner, '	gpu GPU0 { slot = "GPU0"; }\n	gpu GPU1 { slot = "GPU1"; }\n')
    print("from the included file")
    show_edit(s.at("rename", inner, 0, 6, newName="SXM0")["changes"])

    def outline(symbols, depth):
        for x in symbols:
            print("  " * depth + x["name"], x["kind"], short(x["range"]), short(x["selectionRange"]))
            outline(x["children"], depth + 1)

    outline(s.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}}), 0)
    print("of the fragment")
    outline(s.request("textDocument/documentSymbol", {"textDocument": {"uri": inner}}), 0)


def fixes(s, f):
    """Each action cures its diagnostic: applied, the text is right."""
    line = "	link npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;"
    for wrong, right in (
        (line, line[:-1]), ("<->", "->"), ("slot =", "slto ="), ("gpu-4t-up", "gpu-4t-u"),
        ("gpu GPU1", "gup GPU1"), ("= npu0", "= npu1"), ('slot = "GPU1"', "slot = GPU1"),
        ("family = power9-npu2", 'family = "power9-npu2"'), ("chip = 0", "chip 0"),
        ("/nv2-v1/;\n\n", ""),
    ):
        text = REDBUD.replace(wrong, right, 1)
        uri = f.uri("f.nv2")
        s.open(uri, text)
        before = len(s.diagnostics(uri))
        actions = s.request("textDocument/codeAction", {
            "textDocument": {"uri": uri}, "range": span(0, 0, 99, 0), "context": {"diagnostics": []},
        })
        lines = text.split("\n")
        for action in actions[:1]:
            change = action["edit"]["changes"][uri][0]
            r = change["range"]
            first, last = r["start"], r["end"]
            assert first["line"] == last["line"]
            l = lines[first["line"]]
            lines[first["line"]] = l[: first["character"]] + change["newText"] + l[last["character"]:]
            print(before, len(actions), action["title"], action["diagnostics"][0]["code"])
        print("cured" if "\n".join(lines) == REDBUD else "NOT CURED: " + "\n".join(lines))
        s.open(uri, "\n".join(lines))
        print(s.diagnostics(uri))
    print(s.request("textDocument/codeAction", {"textDocument": {"uri": f.uri("f.nv2")}}))
    print(s.request("textDocument/codeAction", {
        "textDocument": {"uri": f.uri("f.nv2")}, "range": span(0, 0, 99, 0)}))


def format(s, f):
    uri = f.uri("l.nv2")
    ask = {"textDocument": {"uri": uri}, "options": {"tabSize": 8, "insertSpaces": False}}
    s.open(uri, REDBUD)
    print(len(s.request("textDocument/formatting", ask)))
    s.open(uri, "/nv2-v1/;\n")
    print(s.request("textDocument/formatting", ask))
    text = REDBUD.replace("	gpu GPU0 { slot", "gpu  GPU0 {  slot").replace("= 0; } }", "= 0;}}")
    text = text.replace("// NV2", "// é😀 NV2")
    s.open(uri, text)
    edits = s.request("textDocument/formatting", ask)
    print([(short(e["range"]), e["newText"]) for e in edits])
    s.open(uri, text + "\n\n\n")
    print([(short(e["range"]), e["newText"][-40:]) for e in s.request("textDocument/formatting", ask)])
    s.notes.clear()
    s.open(uri, text + "}")
    print(s.request("textDocument/formatting", ask))
    s.request("textDocument/formatting", ask)
    s.open(f.uri("other.nv2"), REDBUD)
    s.diagnostics(f.uri("other.nv2"))
    print("errors:", [len(n["params"]["diagnostics"]) for n in s.notes if n["params"]["uri"] == uri])
    inner = f.uri("l.nv2i")
    s.open(inner, "gpu  G { }")
    ask["textDocument"]["uri"] = inner
    print(s.request("textDocument/formatting", ask))


def complete(s, f):
    """What is offered where the | stands."""
    uri = f.uri("c.nv2")
    board, guest = 'B: board "x" {\n', 'guest "vm0" {\n'
    base = REDBUD.replace("};\n\nguest", "	|\n};\n\nguest", 1)
    for text in (
        "/nv2-v1/;\n|", "/nv2-v1/;\n" + board + "\t|", "/nv2-v1/;\n" + board + "\tnpu npu0 { |",
        "/nv2-v1/;\n" + board + "\tgpu G { sl|", "/nv2-v1/;\n" + board + "\tfamily = |",
        "/nv2-v1/;\n" + board + "\tmemory-map = gpu|", "/nv2-v1/;\n" + board + "\tpage-size =|",
        "/nv2-v1/;\n" + guest + "\t|", "/nv2-v1/;\n" + guest + "\tphb 1 { |",
        base.replace("|", "link |"), base.replace("|", "link npu0:0 <-> |"),
        base.replace("|", "link npu0:0 <-> GPU0:1 |"), base.replace("|", "link npu0:0 <-> GPU0:1 at |"),
        base.replace("|", "&|"), base.replace("|", "/delete/ &|"), base.replace("|", "&GPU0 { | }"),
        base.replace("|", "gpu G { extra |"), base.replace("|", "// |"), base.replace("|", 'model = "|'),
        base.replace("|", "L2: link npu0:0 <-> GPU0:1 at 25 Gbps { |"),
        REDBUD.replace("npu = npu0", "npu = |"), REDBUD.replace("npu = npu0", "devices = |"),
        REDBUD.replace("slots { ", "slots { |"), REDBUD.replace("machine =", "board = |; machine ="),
        base.replace("|", "extra host-os { a = |"),
    ):
        at = text.index("|")
        line = text.count("\n", 0, at)
        s.open(uri, text.replace("|", ""))
        items = s.at("completion", uri, line, at - text.rfind("\n", 0, at) - 1)
        print(repr(text[text.rfind("\n", 0, at) + 1: at + 1]), [i["label"] for i in items])
    inner = f.uri("c.nv2i")
    s.open(inner, "\n")
    print([i["label"] for i in s.at("completion", inner, 0, 0)])


def include_dirs(s, f):
    """Folders to look in: the client's, from its root."""
    os.makedirs(os.path.join(f.directory, "lib/ü"), exist_ok=True)
    f.write("lib/ü/x.nv2i", "nonsense;\n")
    uri = f.uri("i.nv2")
    text = '/nv2-v1/;\n/include/ "x.nv2i"\n'
    s.open(uri, text)
    show_diagnostics("without", s.diagnostics(uri))
    other = Server(s.process.args)
    other.initialize(options={"includeDirs": ["lib/ü", 7, ""]}, root=f.uri(""))
    other.open(uri, text)
    show_diagnostics("with", other.diagnostics(f.uri("lib/ü/x.nv2i")))
    # The client's own spelling of the URI is what it gets back.
    strange = uri.replace("i.nv2", "lib/../%69.nv2")
    other.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    other.open(strange, text)
    show_diagnostics("spelt otherwise", other.diagnostics(strange))
    print(other.leave())


def errors(s, f):
    """What a client should not say."""
    uri = f.uri("x.nv2")
    print(s.request("initialize", {})["code"], s.request("no/method")["code"])
    print(s.request("$/strange")["code"])
    s.notify("$/cancelRequest", {"id": 1})
    s.notify("no/notification", [1, 2])
    for params in (None, [], {}, {"textDocument": 3}, {"textDocument": {"uri": uri}}):
        print(s.request("textDocument/hover", params))
    s.open(uri, "/nv2-v1/;\n")
    s.diagnostics(uri)
    for position in (None, {"line": -1, "character": 0}, {"line": "a", "character": 0}, {"line": 0},
                     {"line": 2**62, "character": 2**62}):
        print(s.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": position}))
    for body in (b"{", b"", b"[]", b"3", b'"x"', b'{"jsonrpc":"2.0"}', b'{"id":1.5,"method":"x"}',
                 b'{"id":{},"method":"x"}', b'{"id":null,"method":"x"}', b'"\xff"', b'"\\ud800"',
                 b"[" * 100000, b'{"id":9,"result":null}'):
        s.raw(b"content-length:  %d \r\nContent-Type: x\r\n\r\n" % len(body) + body)
        if b"result" not in body:
            reply = s.read()
            print(body[:30], reply["id"], reply["error"]["code"])
    for params in (None, {}, {"textDocument": {"uri": uri}},
                   {"textDocument": {"uri": "file:///none"}, "contentChanges": []}):
        s.notify("textDocument/didChange", params)
        print(s.read()["params"]["message"])
    s.notify("textDocument/didOpen", {"textDocument": {"uri": uri}})
    print(s.read()["params"]["message"])
    for change in (3, {}, {"text": 3}, {"text": "", "range": 4}, {"text": "", "range": {"start": 4}},
                   {"text": "", "range": span(3, 0, 0, 0)}):
        s.notify("textDocument/didChange", {"textDocument": {"uri": uri}, "contentChanges": [change]})
        note = s.read()
        while note["method"] != "window/logMessage":
            note = s.read()
        print(note["params"]["message"][:36])
    s.notify("textDocument/didClose", {"textDocument": {"uri": "file:///none"}})
    s.open("file:///%00", "x")
    s.open("file://", "x")
    print(len(s.diagnostics("file://")) > 0)
    number = s.next_id
    s.send({"id": "s", "method": "shutdown"})
    reply = s.read()
    while "id" not in reply:
        reply = s.read()
    print(reply)
    print(s.request("textDocument/hover", {})["code"])


def many(s, f):
    """Many edits: the memory of the server stays what it was."""
    uri = f.uri("m.nv2")

    def resident():
        with open("/proc/%d/statm" % s.process.pid, encoding="ascii") as file:
            return int(file.read().split()[1])

    s.open(uri, REDBUD)
    for version in range(2, 1502):
        if version == 302:
            before = resident()
        s.change(uri, version, (span(16, 0, 16, version % 2), "\n" * (version % 2)))
        s.at("hover", uri, *place(REDBUD, "GPU0"))
        s.request("textDocument/formatting", {"textDocument": {"uri": uri}})
    growth = resident() - before
    print("grows" if growth > 128 else "stays")


SESSIONS = [edit, encodings, hover, names, fixes, format, complete, include_dirs, errors, many]


def main():
    program, directory, name = sys.argv[1:]
    if name == "list":
        print("\n".join(session.__name__ for session in SESSIONS))
        return
    server = Server(program.split("\n") + ["lsp"])
    server.initialize()
    {session.__name__: session for session in SESSIONS}[name](server, Files(directory))
    if name != "errors":
        server.request("shutdown")
    server.notify("exit")
    print("exit status", server.end())


main()
