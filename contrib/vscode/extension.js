// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
// Starts `nv2dtc lsp` for wiring files. Does nothing else.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
	const settings = vscode.workspace.getConfiguration("nv2dtc");

	client = new LanguageClient(
		"nv2dtc",
		"nv2dtc",
		{ command: settings.get("path"), args: ["lsp"] },
		{
			documentSelector: [{ language: "nv2" }],
			initializationOptions: { includeDirs: settings.get("includeDirs") },
			synchronize: {
				fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{nv2,nv2i}"),
			},
		}
	);
	await client.start();
};

exports.deactivate = () => client && client.stop();
