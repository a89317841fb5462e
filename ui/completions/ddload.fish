# SPDX-License-Identifier: GPL-2.0-or-later
# fish: completes commands, options, devices and labels of ddload. Commands and options are asked of
# ddload itself, so that they are those of the version that is installed.

function __ddload_options
	set -l words (commandline -opc)
	LC_ALL=C ddload $words[2] --help 2>/dev/null | string replace -rf '^  (?:-[a-z], )?(--[a-z0-9-]+)(?: [A-Z]\S*)?\s+(.*)' '$1\t$2'
end

function __ddload_sources
	echo any
	for kind in label uuid
		for path in /dev/disk/by-$kind/*
			echo (string upper $kind)=(basename $path)
		end
	end
	for path in /sys/class/block/*
		basename $path
	end
end

function __ddload_value
	switch (commandline -opc)[-1]
		case --colors
			printf '%s\n' auto always none high-contrast
		case --handoff
			printf '%s\n' anaconda rpm-list debian suse
		case --kernel
			for path in /lib/modules/*
				basename $path
			end
		case --lang
			printf '%s\n' C C.UTF-8
			for path in /usr/share/ddload/*.cat
				basename $path .cat | string replace -r '$' .UTF-8
			end
		case --root --target
			__fish_complete_directories (commandline -ct)
		case --log --keyring --ca
			__fish_complete_path (commandline -ct)
		case --timeout --settle --look --fingerprint --trust-key --product --pin --proxy
			# a value that nobody here knows
		case '*'
			if string match -q -- '-*' (commandline -ct)
				__ddload_options
			else
				__ddload_sources
				__fish_complete_path (commandline -ct)
			end
	end
end

complete -c ddload -f
complete -c ddload -n 'test (count (commandline -opc)) = 1' \
	-a "(LC_ALL=C ddload --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(?:\[?SOURCE\S* +)?(.*)' '\$1\t\$2')"
complete -c ddload -n 'test (count (commandline -opc)) = 1' -a '--help --version'
complete -c ddload -n 'test (count (commandline -opc)) -gt 1' -a '(__ddload_value)'
