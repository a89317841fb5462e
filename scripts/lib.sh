# SPDX-License-Identifier: GPL-2.0-or-later
# Shell helpers shared by the scripts: messages, the build directory, root, apt.
#
# Sourced, after `set -eu`, by scripts (sh or bash) in a directory right below the
# source tree's top:
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
PATH=$PATH:/usr/sbin:/sbin # depmod, mkfs and others are there, which is in no ordinary user's PATH

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# tie ARGUMENT...: the script, called with these, begins again as one that ends
# together with whoever called it (scripts/tied).
tie() {
	[ -n "${DDL_TIED-}" ] || DDL_TIED=yes exec "$top/scripts/tied" "$0" "$@"
	unset DDL_TIED
}

# one_at_a_time FILE: what follows is done by one run after the other.  (What it
# starts has the lock as well: it is free when all of that has ended.)
one_at_a_time() {
	exec 9>"$1"
	flock -n 9 || {
		say "another make is at this; waiting for its end"
		flock 9
	}
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

# host_suite: the release that this machine is, by its code name; where it is not
# Debian's, the one whose packages do in its place.
host_suite() (
	. /etc/os-release
	[ "${ID-}" = debian ] && echo "${VERSION_CODENAME-}" || echo bookworm
)

# apt_sources [SUITE]: the Debian archives this machine is configured for, as
# deb822 stanzas with sources switched on; given a SUITE (a code name), that
# release's in the place of this machine's.  What apt itself understood is asked
# for, so both forms of source list work; only the key (Signed-By) and Trusted
# are looked up in the list file, because apt does not tell them.  Archives that
# are not Debian's are left out: they need not have sources.
apt_sources() {
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
		case ${1-}/$suite in
		/*) ;;
		sid/*-* | */*-[!us]*) continue ;; # it has no updates
		*/*-*) suite=$1-${suite##*-} ;;
		*) suite=$1 ;;
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

# own_apt SUITE TOOL ARGUMENT...: apt-get or apt-cache for the release SUITE, with
# source list, index files and cache of this build's own in build/apt/SUITE.
# Proxies, keys and the like stay the machine's; its source list and index files
# are neither used nor touched.
own_apt() (
	own=$build/apt/$1
	tool=$2
	shift 2
	exec "$tool" -q \
		-o Dir::Etc::sourcelist="$own/debian.sources" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$own/lists" \
		-o Dir::Cache="$own/cache" \
		-o APT::Sandbox::User=root \
		-o APT::Get::List-Cleanup=false \
		"$@"
)

# own_apt_update SUITE: make own_apt usable; the index files are fetched again when
# they are older than a day.  Safe to call from several processes.  Where apt knows
# no archive of Debian (another distribution), DEBIAN_MIRROR names one.
own_apt_update() {
	mkdir -p "$build/apt/$1/lists/partial" "$build/apt/$1/cache/archives/partial"
	(
		flock 8
		cd "$build/apt/$1"
		[ -z "$(find updated -mmin -1440 2>/dev/null)" ] || exit 0
		if [ "$1" = "$(host_suite)" ]; then apt_sources; else apt_sources "$1"; fi >debian.sources
		[ -s debian.sources ] || [ -z "${DEBIAN_MIRROR-}" ] ||
			printf '%s\n' 'Types: deb deb-src' "URIs: $DEBIAN_MIRROR" "Suites: $1" 'Components: main' \
				'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >debian.sources
		[ -s debian.sources ] ||
			die "apt on this machine has no Debian archive configured: see sources.list(5), or set DEBIAN_MIRROR"
		say "reading the package lists of $1"
		own_apt "$1" apt-get update -o APT::Update::Error-Mode=any >update.log 2>&1 || {
			cat update.log >&2
			die "apt could not read the package lists of $1"
		}
		touch updated
	) 8>"$build/apt/$1/lock"
}

# The two below are of the release $suite (own_apt_update it first).

# kernel_packages KIND PACKAGE…: the packages linux-KIND-VERSION… among these and all they depend on.
kernel_packages() {
	local kind=$1
	shift
	own_apt "$suite" apt-cache depends --recurse --important "$@" |
		grep -E "^linux-($kind)-[0-9]" | grep -v -e -unsigned | sort -u ||
		die "apt knows of $suite no linux-($kind)-VERSION… for $*"
}

# download DIR PACKAGE…: bring packages, and nothing else, into a directory.
download() {
	local dir=$1
	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && own_apt "$suite" apt-get -qq download "$@") || die "apt-get could not download $*"
}
