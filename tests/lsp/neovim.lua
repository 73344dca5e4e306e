-- SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
-- Neovim's own client against the language server: what it says goes to the
-- file that NV2_RESULT names.
local result = assert(io.open(vim.env.NV2_RESULT, "w"))
local function say(...)
	result:write(string.format(...), "\n")
	result:flush()
end

vim.o.swapfile = false
vim.g.nv2dtc_cmd = { vim.env.NV2DTC, "lsp" }
dofile(vim.env.NV2_SNIPPET)

local function wait(what, condition)
	if not vim.wait(20000, condition, 20) then
		say("%s: waited in vain", what)
		vim.cmd("cquit")
	end
end

local function diagnostics()
	local list = vim.diagnostic.get(0)
	table.sort(list, function(a, b)
		return a.lnum < b.lnum or (a.lnum == b.lnum and a.col < b.col)
	end)
	return list
end

local function ask(method, more)
	local params = vim.tbl_extend("force", vim.lsp.util.make_position_params(), more or {})
	local answers = vim.lsp.buf_request_sync(0, method, params, 20000)
	local _, answer = next(answers or {})
	return answer and answer.result
end

vim.cmd("edit board.nv2")
wait("server", function()
	return #vim.lsp.get_active_clients() == 1 and vim.lsp.get_active_clients()[1].initialized
end)
wait("diagnostics", function()
	return #diagnostics() > 0
end)
for _, d in ipairs(diagnostics()) do
	say("%d:%d %s %s", d.lnum + 1, d.col + 1, d.code, (d.message:gsub("\n.*", "")))
end

-- The fix, as code action: `->` becomes `<->`.
local actions = ask("textDocument/codeAction", {
	range = { start = { line = 0, character = 0 }, ["end"] = { line = 99, character = 0 } },
	context = { diagnostics = {} },
})
vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
wait("the fix", function()
	return #diagnostics() == 0
end)
local right = vim.fn.getline(13)
say("cured: %s", right)

-- Typed in, with a character of four bytes before it on the line.
vim.api.nvim_buf_set_text(0, 12, 0, 12, 0, { "/* 😀 */" })
vim.api.nvim_buf_set_text(0, 12, 10, 12, 11, { "x" })
wait("an edit", function()
	return #diagnostics() > 0
end)
say("typed: %s", diagnostics()[1].code)
vim.fn.setline(13, right)
wait("put back", function()
	return #diagnostics() == 0
end)

vim.fn.cursor(10, 6)
local hover = ask("textDocument/hover")
say("hover: %s", hover.contents.value:match("aperture[^\n]*"))
vim.fn.cursor(13, 20)
local definition = ask("textDocument/definition")
say("definition: %d:%d", definition.range.start.line + 1, definition.range.start.character + 1)
vim.fn.setline(10, '  gpu   GPU0 {slot="GPU0";}')
if vim.lsp.buf.format then
	vim.lsp.buf.format({ timeout_ms = 20000 })
else
	vim.lsp.buf.formatting_sync(nil, 20000)
end
say("format: %s", vim.fn.getline(10))
local symbols = ask("textDocument/documentSymbol")
say("symbols: %s, %d in it", symbols[1].name, #symbols[1].children)
vim.lsp.stop_client(vim.lsp.get_active_clients())
wait("the end", function()
	return #vim.lsp.get_active_clients() == 0
end)
say("done")
result:close()
vim.cmd("qall!")
