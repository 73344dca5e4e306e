#compdef nv2boot
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# Made by contrib/completion/generate.sh: do not edit.
_nv2boot() {
	local curcontext=$curcontext state line
	local -a commands=(
		'apply:Write registers and device tree as a bundle says, or change nothing'
		'status:Show what is applied, and whether tree and registers still agree'
		'verify:Show what a bundle and this machine disagree about'
		'remove:Undo what apply did, and verify that'
		'guest:Give a guest its registers, or the host when the guest is gone'
		'vmm:Print a guest'\''s devices for QEMU or libvirt, with this host'\''s addresses'
		'petitboot-hook:As a boot hook\: put the overlay into the tree for the next kernel'
	)
	_arguments -C '(-h --help)'{-h,--help}'[show the commands]' \
		'--version[show the version]' '1: :->command' '*:: :->arguments'
	case $state in
	command) _describe command commands ;;
	arguments)
		case $words[1] in
		apply)
			_arguments -s \
				'--boot[count the attempt; after three that did not end, refuse]' \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		status)
			_arguments -s \
				'--json[as JSON, nv2-boot-status-1]' \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		verify)
			_arguments -s \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		remove)
			_arguments -s \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		guest)
			_arguments -s \
				'--lpid=[the guest'\''s logical partition id, 1 to 4095]:N: ' \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		vmm)
			_arguments -s \
				'--format=[qemu (for -readconfig, the default) or libvirt]:FORMAT:(qemu libvirt)' \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		petitboot-hook)
			_arguments -s \
				'--bundle=[the bundle (/etc/nv2boot/bundle.nv2b)]:FILE:_files' \
				'--program[also write the registers]' \
				'*--root=[prefix every path of the machine with DIR]:DIR:_files -/' \
				'--backend=[how registers are reached; see REGISTER BACKENDS in nv2boot(8)]:\[NPU=\]BACKEND,...: ' \
				'--dry-run[say every write that would be made, and make none]' \
				'--syslog[messages to syslog, not to standard error]' \
				'--verbose[also say what was found in order]' \
				'*'{-h,--help}'[show this text]' \
				'*:file:_files'
			;;
		esac
		;;
	esac
}
_nv2boot "$@"
