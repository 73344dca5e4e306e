-- SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
-- The language server of nv2dtc in Neovim 0.7 or later: put this into
-- init.lua, or load it from there with dofile(). Folders for `-I` go into `cmd`.
vim.api.nvim_create_autocmd({ "BufNewFile", "BufRead" }, {
	pattern = { "*.nv2", "*.nv2i" },
	callback = function()
		vim.bo.filetype = "nv2"
	end,
})

local clients = {}

vim.api.nvim_create_autocmd("FileType", {
	pattern = "nv2",
	callback = function(event)
		local file = vim.api.nvim_buf_get_name(event.buf)
		local root = vim.fn.fnamemodify(file, ":p:h")

		-- One server for all files of a folder: they include each other.
		clients[root] = clients[root]
			or vim.lsp.start_client({
				name = "nv2dtc",
				cmd = vim.g.nv2dtc_cmd or { "nv2dtc", "lsp" },
				root_dir = root,
			})
		if clients[root] then
			vim.lsp.buf_attach_client(event.buf, clients[root])
		end
	end,
})
