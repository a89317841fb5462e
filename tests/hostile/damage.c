// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Damages a disk in one place, loads it on the fake kernel, mends it; again and again.
 * Each load must refuse and leave nothing, or have used the original bytes and no others.
 *
 * usage: damage flip|cut|fault|starve ROOT DISK RELEASE COUNT SEED [FINGERPRINT]
 *
 * DISK, below ROOT, is a directory or an ISO file. flip: one bit becomes another. cut: a
 * file ends early. fault: one sector cannot be read, for good or once (the reads of this
 * very program and its children are led through here by the linker: --wrap). starve: the
 * disk is whole and memory runs out, at COUNT of the allocations (0: each in turn). With a
 * fingerprint, a load that is done must have left all that the undamaged disk gives.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "trial.h"

enum { MAX_FILES = 64, SECTOR = 2048, PACKAGE_HEAD = 4096, ISO_HEAD = 60 * SECTOR };

struct part {
	char *path;
	size_t from, length; /* of the file: what this class of positions lies in */
	ino_t inode;
	dev_t device;
};

/* Positions are drawn from the three classes in turn: metadata, heads of packages, the rest. */
enum { METADATA, HEAD, PAYLOAD, CLASSES };
static struct {
	struct part parts[MAX_FILES];
	size_t n, total;
} classes[CLASSES];

/* ------------------------------------------------------------- reads that can fail */

static struct {
	bool armed, once;
	ino_t inode;
	dev_t device;
	off_t sector;
} bad;
static atomic_uint *hits; /* shared with the children */

ssize_t __real_pread(int fd, void *to, size_t n, off_t at);
ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at);
ssize_t __wrap_read(int fd, void *to, size_t n);
ssize_t __wrap___pread_chk(int fd, void *to, size_t n, off_t at, size_t room);
ssize_t __wrap___read_chk(int fd, void *to, size_t n, size_t room);

/* How much of a read the drive gives: up to the bad sector; -1 where it begins in that. */
static ssize_t readable(int fd, size_t n, off_t at)
{
	struct stat status;

	if (!bad.armed || at < 0 || at >= bad.sector + SECTOR || (off_t)(at + (off_t)n) <= bad.sector || fstat(fd, &status) < 0 ||
	    status.st_ino != bad.inode || status.st_dev != bad.device)
		return (ssize_t)n;
	if (at < bad.sector)
		return (ssize_t)(bad.sector - at);
	return atomic_fetch_add(hits, 1) && bad.once ? (ssize_t)n : -1;
}

ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at)
{
	ssize_t most = readable(fd, n, at);

	if (most >= 0)
		return __real_pread(fd, to, (size_t)most, at);
	errno = EIO;
	return -1;
}

ssize_t __wrap_read(int fd, void *to, size_t n)
{
	ssize_t most = bad.armed ? readable(fd, n, lseek(fd, 0, SEEK_CUR)) : (ssize_t)n;

	if (most >= 0)
		return __real_read(fd, to, (size_t)most);
	errno = EIO;
	return -1;
}

ssize_t __wrap___pread_chk(int fd, void *to, size_t n, off_t at, size_t room)
{
	if (n > room)
		abort();
	return __wrap_pread(fd, to, n, at);
}

ssize_t __wrap___read_chk(int fd, void *to, size_t n, size_t room)
{
	if (n > room)
		abort();
	return __wrap_read(fd, to, n);
}

/* ------------------------------------------------------------------ where to damage */

static uint64_t state;

/* xorshift64: the same positions for the same seed, on every machine. */
static size_t draw(size_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (size_t)((state >> 11) % below) : 0;
}

static void add(int class, const char *path, const struct stat *status, size_t from, size_t to)
{
	if (from >= to)
		return;
	if (classes[class].n == MAX_FILES)
		trial_fail("too many files");
	classes[class].parts[classes[class].n++] = (struct part){ strdup(path), from, to - from, status->st_ino, status->st_dev };
	classes[class].total += to - from;
}

static int see(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	size_t size = (size_t)status->st_size, length = strlen(path), head;
	bool iso = length > 4 && strcmp(path + length - 4, ".iso") == 0;

	(void)walk;
	if (type != FTW_F)
		return 0;
	if (strstr(path, "/XS-") || strstr(path, "/repodata/") || strstr(path, "/update.xml")) {
		add(METADATA, path, status, 0, size);
		return 0;
	}
	head = iso ? ISO_HEAD : PACKAGE_HEAD;
	head = size < head ? size : head;
	add(HEAD, path, status, 0, head);
	add(PAYLOAD, path, status, head, size);
	return 0;
}

/* Names come from the directory in any order: the seed shall mean the same place everywhere. */
static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct part *)a)->path, ((const struct part *)b)->path);
}

static const struct part *choose(unsigned turn, size_t *at, int *class)
{
	size_t position;

	do
		*class = (int)(turn++ % CLASSES);
	while (!classes[*class].n);
	position = draw(classes[*class].total);
	for (size_t i = 0; i < classes[*class].n; i++) {
		const struct part *part = &classes[*class].parts[i];

		if (position < part->length) {
			*at = part->from + position;
			return part;
		}
		position -= part->length;
	}
	trial_fail("no such position");
}

/* ------------------------------------------------------------------------- judging */

static const char *root, *disk;
static struct trial good;
static char place[256]; /* what is damaged, for a message */

/* "packs/IDENTIFIER/rest": the rest, else NULL. */
static const char *in_pack(const char *path)
{
	const char *slash = strncmp(path, "packs/", 6) == 0 ? strchr(path + 6, '/') : NULL;

	return slash ? slash + 1 : NULL;
}

/* What lies beside the packs: the log, the outcome. */
static bool of_the_run(const char *path)
{
	return !strchr(path, '/');
}

/*
 * What the undamaged disk gives in its place. A file may have got another name with damaged
 * metadata: it is then found by its checksum, and handed over (of generation 1: given to the
 * kernel as firmware) under the name that is listed. A module says itself what it is called.
 */
static const struct kept *original_of(const struct kept *kept, bool whole)
{
	bool named = whole || ddl_text_starts(kept->path, "inserted/") || ddl_text_starts(kept->path, "modules/");

	for (size_t i = 0; !named && i < good.n_kept; i++)
		if (good.kept[i].length == kept->length && memcmp(good.kept[i].bytes, kept->bytes, kept->length) == 0)
			return &good.kept[i];
	return trial_find(&good, kept->path);
}

/* Handed over as it is on the disk. No fingerprint covers update.xml: it is that of repomd.xml and what this lists. */
static bool may_differ(const char *path, bool whole)
{
	const char *rest = in_pack(path);

	return rest && (strcmp(rest, "update.xml") == 0 ||
			(!whole && (strncmp(rest, "XS-", 3) == 0 || strncmp(rest, "repodata/", 9) == 0)));
}

/* To the kernel, which has taken it out again. */
static bool was_given(const char *path)
{
	return ddl_text_starts(path, "inserted/") || ddl_text_starts(path, "params/");
}

static void judge_refused(const struct trial *trial)
{
	if (trial_starve.nth && trial->error.code != DDL_E_MEMORY && trial_unconfined)
		trial_fail("%s: error %s: %s", place, ddl_code_name(trial->error.code), trial->error.text);
	if (trial->error.code == DDL_OK || trial->error.code == DDL_E_INTERNAL || trial->error.code >= DDL_CODES)
		trial_fail("%s: status %d, error %s: %s", place, trial->status, ddl_code_name(trial->error.code),
			   trial->error.text);
	/* it cannot look whether the driver works, or whether all is back, and says so: a lie would be worse */
	if (trial->status == DDL_NOT_UNDONE && trial_starve.nth && trial->error.code == DDL_E_MEMORY)
		return;
	if ((*trial->log && trial->status != DDL_UNDONE) || strcmp(trial->before, trial->after) != 0)
		trial_fail("%s: status %d (%s: %s), and yet: %s, %s", place, trial->status, ddl_code_name(trial->error.code),
			   trial->error.text, trial->log, trial->after);
	for (size_t i = 0; i < trial->n_kept; i++)
		if (!of_the_run(trial->kept[i].path) && (trial->status != DDL_UNDONE || !was_given(trial->kept[i].path)))
			trial_fail("%s: refused, and yet there is %s", place, trial->kept[i].path);
}

/* A package that its list has for another kernel: damaged, it keeps this one's drivers from nothing, and is not handed over. */
static bool for_another_kernel(const char *path)
{
	return in_pack(path) && strstr(path, "-rt-amd64-");
}

static void judge_done(const struct trial *trial, bool whole)
{
	size_t inserted = 0;

	for (size_t i = 0; i < trial->n_kept; i++) {
		const struct kept *kept = &trial->kept[i], *original = original_of(kept, whole);

		if (of_the_run(kept->path) || may_differ(kept->path, whole))
			continue;
		if (!original)
			trial_fail("%s: the undamaged disk gives no %s", place, kept->path);
		if (original->length != kept->length || memcmp(original->bytes, kept->bytes, kept->length) != 0)
			trial_fail("%s: other bytes in %s", place, kept->path);
		inserted += strncmp(kept->path, "inserted/", 9) == 0;
	}
	if (!inserted)
		trial_fail("%s: done, and nothing was inserted", place);
	/* that the hand-over found no memory is told, and does not undo a driver that works */
	for (size_t i = 0; whole && i < good.n_kept; i++)
		if (!of_the_run(good.kept[i].path) && !for_another_kernel(good.kept[i].path) &&
		    !(trial_starve.nth && in_pack(good.kept[i].path)) && !trial_find(trial, good.kept[i].path))
			trial_fail("%s: done without %s", place, good.kept[i].path);
}

/* --------------------------------------------------------------------- one damage */

static unsigned refused, done;

static void try(const char *release, const char *fingerprint, bool must_refuse)
{
	struct trial trial;

	trial_run(&trial, root, disk, release, fingerprint);
	if (trial.status == DDL_DONE) {
		if (must_refuse)
			trial_fail("%s: another fingerprint, and loaded all the same", place);
		judge_done(&trial, fingerprint != NULL);
		done++;
	} else {
		judge_refused(&trial);
		refused++;
	}
	trial_free(&trial);
}

static void put_back(int fd, const void *bytes, size_t n, size_t at)
{
	if (pwrite(fd, bytes, n, (off_t)at) != (ssize_t)n)
		trial_fail("%s: %s", place, strerror(errno));
}

/* The metadata of generations 1 and 2 are all in the fingerprint; of generation 3 repomd.xml is, and what it lists. */
static bool in_fingerprint(const struct part *part, int class)
{
	const char *name = strrchr(part->path, '/') + 1;

	return class == METADATA && (strncmp(name, "XS-", 3) == 0 || strcmp(name, "repomd.xml") == 0);
}

static void flip(const struct part *part, int class, size_t at, const char *release, const char *fingerprint)
{
	int fd = open(part->path, O_RDWR | O_CLOEXEC);
	unsigned char byte, other;
	size_t bit = draw(8);

	(void)snprintf(place, sizeof(place), "%s: bit %zu of byte %zu", part->path, bit, at);
	if (fd < 0 || __real_pread(fd, &byte, 1, (off_t)at) != 1)
		trial_fail("%s: %s", place, strerror(errno));
	other = (unsigned char)(byte ^ (1U << bit));
	put_back(fd, &other, 1, at);
	(void)close(fd);
	try(release, fingerprint, fingerprint && in_fingerprint(part, class));
	fd = open(part->path, O_RDWR | O_CLOEXEC);
	put_back(fd, &byte, 1, at);
	(void)close(fd);
}

static void cut(const struct part *part, int class, size_t at, const char *release, const char *fingerprint)
{
	size_t length;
	char *bytes = trial_read(part->path, &length);
	int fd;

	(void)snprintf(place, sizeof(place), "%s: cut to %zu", part->path, at);
	if (truncate(part->path, (off_t)at) < 0)
		trial_fail("%s: %s", place, strerror(errno));
	try(release, fingerprint, fingerprint && in_fingerprint(part, class));
	fd = open(part->path, O_RDWR | O_CLOEXEC);
	put_back(fd, bytes, length, 0);
	(void)close(fd);
	free(bytes);
}

static unsigned struck;

static void fault(const struct part *part, size_t at, const char *release, const char *fingerprint)
{
	bad.inode = part->inode;
	bad.device = part->device;
	bad.sector = (off_t)(at / SECTOR * SECTOR);
	bad.once = draw(2);
	bad.armed = true;
	atomic_store(hits, 0);
	(void)snprintf(place, sizeof(place), "%s: byte %zu cannot be read%s", part->path, at, bad.once ? " once" : "");
	try(release, fingerprint, false);
	bad.armed = false;
	struck += atomic_load(hits) > 0;
}

/* glibc's gettext loses a name then. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:_nl_normalize_codeset\n";
}

static void starve_some(unsigned count, const char *release, const char *fingerprint)
{
	unsigned long all, step;

	trial_free(&good);
	trial_run(&good, root, disk, release, fingerprint);
	all = trial_asked;
	step = count && all > count ? all / count : 1;
	for (unsigned long n = 1 + draw(step), i = 0; n <= all; n += step, i++) {
		trial_starve.nth = n;
		trial_starve.lasting = i % 2;
		(void)snprintf(place, sizeof(place), "allocation %lu of %lu%s%s", n, all,
			       trial_starve.lasting ? " and all that follow" : "", trial_unconfined ? "" : ", confined");
		try(release, fingerprint, false);
	}
	trial_starve.nth = 0;
}

/*
 * In this process, so that what leaks is seen: our own allocations. Then as a user has it: with
 * those of the libraries, most of them in children, which may end by that. This one alone fails,
 * or all from it on, in turn.
 */
static void starve(unsigned count, const char *release, const char *fingerprint)
{
	trial_unconfined = true;
	starve_some(count, release, fingerprint);
	trial_unconfined = false;
	trial_starve.libraries = true;
	starve_some(count, release, fingerprint);
}

int main(int argc, char **argv)
{
	char path[1024];
	const char *release, *fingerprint, *what;
	unsigned count;

	if (argc < 7)
		trial_fail("usage: damage flip|cut|fault|starve ROOT DISK RELEASE COUNT SEED [FINGERPRINT]");
	what = argv[1], root = argv[2], disk = argv[3], release = argv[4];
	count = (unsigned)strtoul(argv[5], NULL, 10);
	state = strtoul(argv[6], NULL, 10) * 0x9e3779b97f4a7c15U + 1;
	fingerprint = argc > 7 ? argv[7] : NULL;
	hits = mmap(NULL, sizeof(*hits), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)snprintf(path, sizeof(path), "%s/%s", root, disk);
	if (hits == MAP_FAILED || nftw(path, see, 16, FTW_PHYS) < 0)
		trial_fail("%s: %s", path, strerror(errno));
	for (int i = 0; i < CLASSES; i++)
		qsort(classes[i].parts, classes[i].n, sizeof(*classes[i].parts), by_path);
	trial_run(&good, root, disk, release, fingerprint);
	if (good.status != DDL_DONE)
		trial_fail("the undamaged disk does not load: %s: %s", ddl_code_name(good.error.code), good.error.text);
	if (strcmp(what, "starve") == 0)
		starve(count, release, fingerprint);
	for (unsigned i = 0; i < count && strcmp(what, "starve") != 0; i++) {
		size_t at;
		int class;
		const struct part *part = choose(i, &at, &class);

		if (strcmp(what, "flip") == 0)
			flip(part, class, at, release, fingerprint);
		else if (strcmp(what, "cut") == 0)
			cut(part, class, at, release, fingerprint);
		else
			fault(part, at, release, fingerprint);
	}
	(void)printf("%u refused, %u loaded the original", refused, done);
	if (strcmp(what, "fault") == 0) {
		(void)printf(", %u reads met the fault", struck);
		if (count >= 20 && struck < count / 4)
			trial_fail(": too few");
	}
	(void)printf("\n");
	if (count >= 20 && !refused)
		trial_fail("no damage was seen");
	trial_free(&good);
	for (int i = 0; i < CLASSES; i++)
		while (classes[i].n)
			free(classes[i].parts[--classes[i].n].path);
	return 0;
}
