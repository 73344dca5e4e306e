" SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
autocmd BufNewFile,BufRead *.nv2,*.nv2i setfiletype nv2
