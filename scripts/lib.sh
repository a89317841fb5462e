# SPDX-License-Identifier: GPL-2.0-or-later
# Shell helpers shared by the scripts: messages, the build directory, root, apt.
#
# Sourced, after `set -eu`, by scripts in a directory right below the source
# tree's top:
#     . "$(dirname "$0")/lib.sh"
# Gives: $top (the source tree), $build (BUILD or $top/build, absolute),
# $jobs (processors), and the functions below.

top=$(cd "$(dirname "$0")/.." && pwd -P)
case ${BUILD:-build} in
/*) build=$BUILD ;;
*) build=$top/${BUILD:-build} ;;
esac
jobs=$(nproc 2>/dev/null || echo 1)
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s: %s\n' "${0##*/}" "$*"; }

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# as_root COMMAND...: run it as root, through sudo where we are not.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "root is needed for: $* (run as root, or install sudo)"
	fi
}

# apt_sources_for_debian: the Debian archives this machine is configured for, as
# deb822 stanzas with sources switched on.  What apt itself understood is asked
# for, so both forms of source list work; only the key (Signed-By) and Trusted
# are looked up in the list file, because apt does not tell them.  Archives that
# are not Debian's are left out: they need not have sources.
apt_sources_for_debian() {
	apt-get indextargets --format \
		'$(SOURCESENTRY) $(REPO_URI) $(RELEASE) $(COMPONENT) o=$(ORIGIN)' \
		'Created-By: Packages' 'Component: main' | sort -u |
	while read -r entry uri suite component origin; do
		case $origin in
		o=Debian* | 'o=$(ORIGIN)' | o=) ;;
		*) continue ;;
		esac
		case $uri in
		cdrom:*) continue ;;
		esac
		printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: %s\n' \
			"$uri" "$suite" "$component"
		apt_trust_options "${entry%:*}" "${entry##*:}"
		echo
	done
}

# apt_trust_options FILE N: Signed-By and Trusted of entry N of a source list
# (deb822: the N-th stanza; one-line form: line N), in deb822 form.
apt_trust_options() {
	case $1 in
	*.sources)
		awk -v want="$2" '
			/^#/ { next }
			/^[ \t]*$/ { open = 0; keep = 0; next }
			!open { open = 1; n++ }
			/^[^ \t]/ { keep = tolower($1) ~ /^(signed-by|trusted):$/ }
			n == want && keep' "$1" ;;
	*)
		sed -n "$2p" "$1" | grep -o '\[[^]]*\]' | tr -d '[]' | tr ' ' '\n' |
			sed -n 's/^signed-by=/Signed-By: /p; s/^trusted=/Trusted: /p' || : ;;
	esac
}

# own_apt TOOL ARGUMENT...: apt-get or apt-cache with this build's own source
# list, index files and cache below build/apt.  Proxies, keys and the like stay
# the machine's; its source list and index files are neither used nor touched.
own_apt() (
	tool=$1
	shift
	exec "$tool" -q \
		-o Dir::Etc::sourcelist="$build/apt/debian.sources" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$build/apt/lists" \
		-o Dir::Cache="$build/apt/cache" \
		-o APT::Sandbox::User=root \
		-o APT::Get::List-Cleanup=false \
		"$@"
)

# own_apt_update: make own_apt usable; the index files are fetched again when
# they are older than a day.  Safe to call from several processes.
own_apt_update() {
	mkdir -p "$build/apt/lists/partial" "$build/apt/cache/archives/partial"
	(
		flock 8
		[ -z "$(find "$build/apt/updated" -mmin -1440 2>/dev/null)" ] || exit 0
		apt_sources_for_debian >"$build/apt/debian.sources"
		[ -s "$build/apt/debian.sources" ] ||
			die "apt on this machine has no Debian archive configured (see sources.list(5))"
		say "reading the package lists into ${build#"$top"/}/apt"
		own_apt apt-get update -o APT::Update::Error-Mode=any >"$build/apt/update.log" 2>&1 || {
			cat "$build/apt/update.log" >&2
			die "apt could not read the package lists"
		}
		touch "$build/apt/updated"
	) 8>"$build/apt/lock"
}
