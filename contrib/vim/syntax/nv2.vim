" SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
" Wiring files of nv2dtc(1); nv2(5) has the language.
if exists('b:current_syntax')
	finish
endif

syntax case match
syntax iskeyword @,48-57,_,-

syntax keyword nv2Todo contained TODO FIXME XXX NOTE
syntax match nv2Word /\<[A-Za-z_][A-Za-z0-9_-]*/ transparent contains=NONE
syntax match nv2Statement /\<\%(board\|guest\|npu\|gpu\|link\|phb\|slots\|extra\|at\)\>/
syntax match nv2Property /\<\%(model\|compatible\|family\|memory-map\|page-size\|chip\|phb\|scom\|slot\|path\|group\|aperture\|pci\|lane-mask\|phy\|brick-id\|machine\|board\|lpid\|npu\|devices\)\ze\s*=/
syntax match nv2Value /\<\%(power9-npu2\|gpu-4t-up\|gpu-4t-down\)\>/
syntax match nv2Number /\w\@<!\%(0x\x\+\|0b[01]\+\|\d\+\%(\.\d\+\)\?\)\%(\s*\%(KiB\|MiB\|GiB\|TiB\|Gbps\)\)\?\w\@!/
syntax match nv2Label /\<[A-Za-z_][A-Za-z0-9_-]*\ze\s*:\s*\%(board\|guest\|link\|phb\)\>/
syntax match nv2Reference /&\s*[A-Za-z_][A-Za-z0-9_-]*\%(\/[A-Za-z_][A-Za-z0-9_-]*\)\?/
syntax match nv2Arrow /<->/
syntax match nv2Directive /\/\%(nv2-v1\|include\|delete\|bits\)\//
syntax match nv2LineMarker /^#.*$/
syntax match nv2Escape contained /\\\%(x\x\{1,2}\|\o\{1,3}\|.\)/
syntax region nv2String start=/"/ skip=/\\./ end=/"/ oneline contains=nv2Escape
syntax region nv2Comment start=+//+ end=/$/ contains=nv2Todo,@Spell
syntax region nv2Comment start=+/\*+ end=+\*/+ contains=nv2Todo,@Spell

highlight default link nv2Statement Statement
highlight default link nv2Property Identifier
highlight default link nv2Value Constant
highlight default link nv2Number Number
highlight default link nv2Label Label
highlight default link nv2Reference Identifier
highlight default link nv2Arrow Operator
highlight default link nv2Directive PreProc
highlight default link nv2LineMarker PreProc
highlight default link nv2Escape SpecialChar
highlight default link nv2String String
highlight default link nv2Comment Comment
highlight default link nv2Todo Todo

let b:current_syntax = 'nv2'
