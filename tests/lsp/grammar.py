#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What each token of a text is by a TextMate grammar, line by line.

usage: grammar.py GRAMMAR FILE

Only what our grammar uses is understood: match with captures, begin and end.
Patterns are tried as TextMate does: the one that matches first on the line.
"""
import json
import re
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rules = json.load(file)["patterns"]
    with open(sys.argv[2], encoding="utf-8") as file:
        lines = file.read().split("\n")
    inside = None
    for line in lines:
        at = 0
        while at <= len(line):
            if inside:
                end, start = re.compile(inside["end"]).search(line, at), at
                for rule in inside.get("patterns", []):
                    match = re.compile(rule["match"]).search(line, at)
                    while match and end and match.start() < end.start():
                        print(rule["name"], match.group())
                        end = re.compile(inside["end"]).search(line, match.end())
                        match = re.compile(rule["match"]).search(line, match.end())
                print(inside["name"], line[start : end.end() if end else len(line)])
                if not end:
                    break
                at, inside = end.end(), None
                continue
            found = [(m.start(), i, r, m) for i, r in enumerate(rules)
                     for m in [re.compile(r.get("match") or r["begin"]).search(line, at)] if m]
            if not found:
                break
            _, _, rule, match = min(found, key=lambda f: f[:2])
            for group, capture in rule.get("captures", {}).items():
                print(capture["name"], match.group(int(group)))
            if "begin" in rule:
                inside = rule
            elif "name" in rule:
                print(rule["name"], match.group())
            at = match.end() if match.end() > at or "begin" in rule else at + 1


main()
