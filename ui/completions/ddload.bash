# SPDX-License-Identifier: GPL-2.0-or-later
# bash: completes commands, options, devices and labels of ddload. Commands and options are asked of
# ddload itself, so that they are those of the version that is installed.

_ddload_sources() {
	local word=$1
	case $word in
	LABEL=*) compgen -P LABEL= -W "$(ls /dev/disk/by-label 2>/dev/null)" -- "${word#LABEL=}" ;;
	UUID=*) compgen -P UUID= -W "$(ls /dev/disk/by-uuid 2>/dev/null)" -- "${word#UUID=}" ;;
	*)
		compgen -W "any LABEL= UUID= $(ls /sys/class/block 2>/dev/null)" -- "$word"
		compgen -f -- "$word"
		;;
	esac
}

_ddload() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words='' command=${COMP_WORDS[1]}
	# LABEL=x comes in three words, as "=" parts words for bash.
	if [ "$before" = = ] && ((COMP_CWORD > 2)); then
		word=${COMP_WORDS[COMP_CWORD-2]}=$word before=''
	elif [ "$word" = = ]; then
		word=$before= before=''
	fi
	if ((COMP_CWORD == 1)); then
		words="--help --version $(LC_ALL=C ddload --help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	case $before in
	--root | --target) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
	--log | --keyring | --ca) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	--kernel) words=$(ls /lib/modules 2>/dev/null) ;;
	--colors) words='auto always none high-contrast' ;;
	--handoff) words='anaconda rpm-list debian suse' ;;
	--lang) words="C C.UTF-8 $(ls /usr/share/ddload 2>/dev/null | sed -n 's/\.cat$/.UTF-8/p')" ;;
	--timeout | --settle | --look | --fingerprint | --trust-key | --product | --pin | --proxy) return ;;
	*)
		case $word in
		-*) words=$(LC_ALL=C ddload "$command" --help 2>/dev/null | sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[a-z0-9-]*\).*/\2/p') ;;
		*)
			mapfile -t COMPREPLY < <(_ddload_sources "$word")
			[[ $word != *=* ]] || COMPREPLY=("${COMPREPLY[@]#*=}")
			compopt -o filenames 2>/dev/null
			[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
			return
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _ddload ddload
