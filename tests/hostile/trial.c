// SPDX-License-Identifier: GPL-2.0-or-later
/* One load on the fake kernel, looked at from outside. */
#include "trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_kernel.h"

static struct fake_kernel *fake;
static struct ddl_kernel_ops ops;
static const struct ddl_kernel_ops *fake_ops;
static const char *running;
static struct fake_image *driver;
static struct trial *current; /* nftw gives no argument to its function */
static size_t skip; /* letters of the path before what is below run/ddload */

void trial_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)printf("\n");
	exit(1);
}

bool trial_unconfined;
struct starve trial_starve;
unsigned long trial_asked;

static void *must(void *memory)
{
	if (!memory)
		trial_fail("no memory");
	return memory;
}

static void keep(struct trial *trial, char *path, char *bytes, size_t length)
{
	trial->kept = must(realloc(trial->kept, (trial->n_kept + 1) * sizeof(*trial->kept)));
	trial->kept[trial->n_kept++] = (struct kept){ path, bytes, length };
}

char *trial_read(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *bytes;

	if (fd < 0 || fstat(fd, &status) < 0)
		trial_fail("%s: %s", path, strerror(errno));
	*length = (size_t)status.st_size;
	bytes = must(malloc(*length + 1));
	for (size_t done = 0; done < *length;) {
		ssize_t n = read(fd, bytes + done, *length - done);

		if (n <= 0)
			trial_fail("%s: %s", path, strerror(errno));
		done += (size_t)n;
	}
	bytes[*length] = '\0';
	(void)close(fd);
	return bytes;
}

/* ------------------------------------------------------------------------ the kernel */

static int snapshot(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine, struct ddl_error *error)
{
	int result = fake_ops->snapshot(kernel, arena, machine, error);

	machine->release = running;
	return result;
}

/* What the module says of itself: the running one is what was inserted. */
static const char *modinfo(const char *bytes, size_t length, const char *tag, size_t n)
{
	const char *at = memmem(bytes, length, tag, n);

	return at ? must(ddl_arena_dup(fake->arena, at + n)) : "";
}

static int insert(struct ddl_kernel *kernel, const char *name, int fd, const char *params, struct ddl_error *error)
{
	char path[64], *bytes, *called = NULL, *given = NULL;
	size_t length;

	fake_kernel_calm++;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	bytes = trial_read(path, &length);
	if (asprintf(&called, "inserted/%s", name) < 0 || asprintf(&given, "params/%s", name) < 0)
		trial_fail("no memory");
	keep(current, called, bytes, length);
	if (*params)
		keep(current, given, must(strdup(params)), strlen(params));
	else
		free(given);
	driver->fd = fd;
	driver->version = modinfo(bytes, length, "\0version=", 9);
	driver->srcversion = modinfo(bytes, length, "\0srcversion=", 12);
	fake_kernel_calm--;
	return fake_ops->insert(kernel, name, fd, params, error);
}

static void close_kernel(struct ddl_kernel *kernel)
{
	(void)kernel; /* trial_run does it, once it has looked at it */
}

struct ddl_kernel *ddl_kernel_open(const char *root, const char *release, struct ddl_error *error)
{
	(void)root;
	(void)release;
	(void)error;
	return &fake->kernel;
}

static void machine_new(void)
{
	fake = fake_kernel_new();
	fake_ops = fake->kernel.ops;
	ops = *fake_ops;
	ops.snapshot = ops.glance = snapshot;
	ops.insert = insert;
	ops.close = close_kernel;
	fake->kernel.ops = &ops;
	(void)fake_device(fake, "0000:03:00.0", "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00", DDL_CLASS_STORAGE,
			  "sda,sdb");
	fake_loaded(fake, fake_image(fake, "scsi_mod", "", "/lib/modules/scsi_mod.ko", -1, "", ""));
	driver = fake_image(fake, "megaraid_sas", "", NULL, -1, "scsi_mod", "0000:03:00.0");
}

/* -------------------------------------------------------------------- what is left */

static int see_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	size_t length;
	char *bytes;

	(void)walk;
	if (type == FTW_D || type == FTW_DP)
		return 0;
	if (!S_ISREG(status->st_mode))
		trial_fail("%s: was left behind and is no file", path);
	bytes = trial_read(path, &length);
	keep(current, must(strdup(path + skip)), bytes, length);
	return 0;
}

static int remove_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void clear(const char *directory)
{
	if (nftw(directory, remove_file, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		trial_fail("%s: %s", directory, strerror(errno));
}

static size_t descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		(void)closedir(dir);
	return n;
}

/* ----------------------------------------------------------------------- the load */

static enum ddl_wish event(void *ctx, const struct ddl_event *said)
{
	(void)ctx;
	(void)said;
	return DDL_WISH_GO_ON;
}

/* As `load` without a person: goes on with what is offered, changes nothing after a trouble. */
static enum ddl_reply ask(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	return question->kind == DDL_ASK_TROUBLE || question->kind == DDL_ASK_SOURCE ? DDL_REPLY_NO : DDL_REPLY_YES;
}

void trial_run(struct trial *trial, const char *root, const char *disk, const char *release, const char *fingerprint)
{
	const struct ddl_front front = { NULL, event, ask };
	const struct ddl_options options = {
		.root = root, .fingerprint = fingerprint, .accept_licence = true, .inspect = true, .unconfined = trial_unconfined
	};
	const char *const words[] = { disk };
	size_t before = descriptors();
	struct ddl_session *session;
	char left[1024];

	*trial = (struct trial){ .error = DDL_ERROR_INIT };
	current = trial;
	running = release;
	(void)snprintf(left, sizeof(left), "%s/run/ddload", root);
	clear(left);
	machine_new();
	(void)fake_state(fake, trial->before, sizeof(trial->before));
	starve_begin(&trial_starve);
	session = ddl_session_new(&options, &front, &trial->error);
	trial->status = session ? ddl_flow_load(session, words, 1, &trial->error) : ddl_code_status(trial->error.code);
	ddl_session_free(session);
	trial_asked = starve_end();
	(void)fake_state(fake, trial->after, sizeof(trial->after));
	(void)snprintf(trial->log, sizeof(trial->log), "%s", fake->log);
	fake_kernel_free(fake);
	if (descriptors() != before)
		trial_fail("descriptors are left open");
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		trial_fail("a child is left");
	skip = strlen(left) + 1;
	if (nftw(left, see_file, 16, FTW_PHYS) < 0 && errno != ENOENT)
		trial_fail("%s: %s", left, strerror(errno));
}

void trial_free(struct trial *trial)
{
	for (size_t i = 0; i < trial->n_kept; i++) {
		free(trial->kept[i].path);
		free(trial->kept[i].bytes);
	}
	free(trial->kept);
	trial->kept = NULL;
	trial->n_kept = 0;
}

const struct kept *trial_find(const struct trial *trial, const char *path)
{
	for (size_t i = 0; i < trial->n_kept; i++)
		if (strcasecmp(trial->kept[i].path, path) == 0)
			return &trial->kept[i];
	return NULL;
}
