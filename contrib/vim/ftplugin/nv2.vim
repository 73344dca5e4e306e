" SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
" Wiring files of nv2dtc(1): `gggqG` lays out, `:make` checks.
if exists('b:did_ftplugin')
	finish
endif
let b:did_ftplugin = 1

setlocal comments=s1:/*,mb:*,ex:*/,:// commentstring=//\ %s
setlocal noexpandtab tabstop=8 shiftwidth=8 softtabstop=0
setlocal iskeyword=@,48-57,_,-
setlocal include=^\\s*/include/ suffixesadd=.nv2i
setlocal smartindent

let &l:formatprg = 'nv2dtc fmt --name=' . shellescape(expand('%:t')) . ' -'
" A fragment is checked by what includes it.
let &l:makeprg = 'nv2dtc check --color=never $* %:S'
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %tote:\ %m,%-G%.%#

let b:undo_ftplugin = 'setlocal comments< commentstring< expandtab< tabstop< shiftwidth<'
	\ . ' softtabstop< iskeyword< include< suffixesadd< smartindent< formatprg< makeprg<'
	\ . ' errorformat<'
