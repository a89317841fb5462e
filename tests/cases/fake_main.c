/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program with the fake kernel of tests/unit in place of the real one, for the text
 * cases of `load`: the machine is read from ROOT/fake-kernel (tests/cases/run explains
 * its lines), and what became of it is written to ROOT/fake-state.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/path.h"
#include "fake_kernel.h"

enum { MAX_LINES = 128, MAX_TABLE = 65536 };

/* What the table adds to the fake kernel. Freed with the process: there is one a run. */
static struct ddl_kernel_ops ops;
static const struct ddl_kernel_ops *fake_ops;
static const char *machine_release = FAKE_RELEASE;
static char state_path[DDL_MAX_PATH];
static bool from_pack[FAKE_IMAGES];

static _Noreturn void wrong(const char *what, const char *word)
{
	fprintf(stderr, "fake-kernel: %s: %s\n", what, word);
	exit(99);
}

/* ------------------------------------------------------------ the table's lines */

/* The value of `name=` among a line's words; `otherwise` where it is not there. */
static const char *value(char **words, const char *name, const char *otherwise)
{
	size_t length = strlen(name);

	for (; *words; words++)
		if (strncmp(*words, name, length) == 0 && (*words)[length] == '=')
			return *words + length + 1;
	return otherwise;
}

static bool has(char **words, const char *name)
{
	for (; *words; words++)
		if (strcmp(*words, name) == 0)
			return true;
	return false;
}

static unsigned number(char **words, const char *name, unsigned otherwise)
{
	const char *text = value(words, name, NULL);

	if (text && strcmp(text, "never") == 0)
		return FAKE_NEVER;
	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void read_module(struct fake_kernel *fake, char **words)
{
	bool pack = has(words, "pack");
	struct fake_image *image = fake_image(fake, value(words, "name", ""), value(words, "version", ""),
					      value(words, "tree", NULL), -1, value(words, "needs", ""),
					      value(words, "binds", ""));

	from_pack[image - fake->images] = pack;
	image->srcversion = value(words, "srcversion", image->srcversion);
	image->alias = value(words, "alias", NULL);
	image->binds_after_ms = number(words, "binds-after", 0);
	image->disks_after_ms = number(words, "disks-after", 0);
	image->disks_at_most = number(words, "disks-at-most", 0);
	image->extra_references = (long)number(words, "references", 0);
	if (has(words, "loaded"))
		fake_loaded(fake, image);
}

static void read_device(struct fake_kernel *fake, char **words)
{
	const char *class = value(words, "class", "storage");
	struct fake_device *device = fake_device(fake, value(words, "address", ""), value(words, "modalias", ""),
						 strcmp(class, "storage") == 0 ? DDL_CLASS_STORAGE :
						 strcmp(class, "network") == 0 ? DDL_CLASS_NETWORK :
										 DDL_CLASS_OTHER,
						 value(words, "disks", ""));

	device->link = value(words, "link", NULL);
	device->builtin_driver = value(words, "builtin", NULL);
}

static const struct {
	const char *name;
	enum fake_call call;
} calls[] = {
	{ "insert", FAKE_INSERT }, { "remove", FAKE_REMOVE }, { "firmware", FAKE_FIRMWARE }, { "snapshot", FAKE_SNAPSHOT }
};

static enum ddl_code code_named(const char *name)
{
	for (unsigned code = 0; code < DDL_CODES; code++)
		if (strcmp(ddl_code_name((enum ddl_code)code), name) == 0)
			return (enum ddl_code)code;
	wrong("no such error", name);
}

static void read_fail(struct fake_kernel *fake, char **words, const char *said)
{
	const char *name = value(words, "call", "");

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		fake_fail(fake, calls[i].call, number(words, "nth", 1), code_named(value(words, "code", "")),
			  (int)number(words, "errno", 0), said);
		fake->scripts[calls[i].call].until = number(words, "until", 0);
		return;
	}
	wrong("no such call", name);
}

static void read_use(struct fake_kernel *fake, char **words)
{
	const char *kind = value(words, "kind", "mount");

	fake_use(fake,
		 strcmp(kind, "mount") == 0 ? DDL_USE_MOUNT :
		 strcmp(kind, "swap") == 0  ? DDL_USE_SWAP :
		 strcmp(kind, "dm") == 0    ? DDL_USE_DM :
					      DDL_USE_OPEN,
		 value(words, "what", ""), value(words, "disk", ""), value(words, "by", ""));
}

/* "kind word word… | what the kernel says" */
static void read_line(struct fake_kernel *fake, char *line)
{
	char *words[16], *said = strchr(line, '|'), *rest = NULL;
	size_t n = 0;

	if (said) {
		*said++ = '\0';
		said += strspn(said, " ");
	}
	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (n < sizeof words / sizeof *words - 1)
			words[n++] = word;
	words[n] = NULL;
	if (!n)
		return;
	if (strcmp(words[0], "module") == 0)
		read_module(fake, words + 1);
	else if (strcmp(words[0], "device") == 0)
		read_device(fake, words + 1);
	else if (strcmp(words[0], "fail") == 0)
		read_fail(fake, words + 1, said);
	else if (strcmp(words[0], "use") == 0)
		read_use(fake, words + 1);
	else if (strcmp(words[0], "softdep") == 0) {
		fake->softdeps_of = ddl_arena_dup(fake->arena, value(words + 1, "of", ""));
		fake->softdeps = said ? ddl_arena_dup(fake->arena, said) : "";
	} else if (strcmp(words[0], "refuse") == 0)
		fake->may_change = code_named(value(words + 1, "code", "not-root"));
	else
		wrong("no such line", words[0]);
}

static void read_table(struct fake_kernel *fake, const char *path)
{
	char *text = ddl_arena_alloc(fake->arena, 1, MAX_TABLE), *rest = NULL;
	FILE *file = fopen(path, "re");

	if (!file || !text)
		wrong(strerror(errno), path);
	text[fread(text, 1, MAX_TABLE - 1, file)] = '\0';
	fclose(file);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		read_line(fake, line);
}

/* ------------------------------------------- what differs from the fake kernel */

static int snapshot(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine, struct ddl_error *error)
{
	int result = fake_ops->snapshot(kernel, arena, machine, error);

	machine->release = machine_release;
	return result;
}

/* The module's own "version=", from its staged bytes. */
static void read_version(int fd, char *to, size_t room)
{
	static const char tag[] = "\0version=";
	struct stat status;
	char *bytes, *at;

	*to = '\0';
	if (fstat(fd, &status) < 0 || !(bytes = malloc((size_t)status.st_size + 1)))
		wrong(strerror(errno), "staged module");
	if (pread(fd, bytes, (size_t)status.st_size, 0) != status.st_size)
		wrong(strerror(errno), "staged module");
	bytes[status.st_size] = '\0';
	at = memmem(bytes, (size_t)status.st_size, tag, sizeof tag - 1);
	if (at)
		snprintf(to, room, "%s", at + sizeof tag - 1);
	free(bytes);
}

/* The bytes say which of the table's modules it is that comes from the pack. */
static int insert(struct ddl_kernel *kernel, const char *name, int fd, const char *params, struct ddl_error *error)
{
	struct fake_kernel *fake = (struct fake_kernel *)kernel;
	char version[256];
	int result;

	read_version(fd, version, sizeof version);
	for (size_t i = 0; i < fake->n_images; i++)
		fake->images[i].fd = from_pack[i] && strcmp(fake->images[i].name, name) == 0 &&
						     strcmp(fake->images[i].version, version) == 0 ?
					     fd :
					     -1;
	result = fake_ops->insert(kernel, name, fd, params, error);
	for (size_t i = 0; i < fake->n_images; i++)
		fake->images[i].fd = -1;
	return result;
}

static void close_kernel(struct ddl_kernel *kernel)
{
	struct fake_kernel *fake = (struct fake_kernel *)kernel;
	char state[4096];
	FILE *file = fopen(state_path, "we");

	if (!file ||
	    fprintf(file, "%s\n%s\nfirmware: %s\n", fake_state(fake, state, sizeof state), fake->log, fake->firmware_path) < 0 ||
	    fclose(file) != 0)
		wrong(strerror(errno), state_path);
	fake_kernel_free(fake);
}

struct ddl_kernel *ddl_kernel_open(const char *root, const char *release, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_kernel_new();
	char table[DDL_MAX_PATH];

	if (!ddl_path_join(table, sizeof table, root, "fake-kernel") ||
	    !ddl_path_join(state_path, sizeof state_path, root, "fake-state")) {
		ddl_fail(error, DDL_E_USAGE, ENAMETOOLONG, "%s", root);
		return NULL;
	}
	if (release)
		machine_release = release;
	else if (getenv("FAKE_RELEASE"))
		machine_release = getenv("FAKE_RELEASE");
	fake_ops = fake->kernel.ops;
	ops = *fake_ops;
	ops.snapshot = ops.glance = snapshot;
	ops.insert = insert;
	ops.close = close_kernel;
	fake->kernel.ops = &ops;
	read_table(fake, table);
	return &fake->kernel;
}
