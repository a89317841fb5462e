// SPDX-License-Identifier: GPL-2.0-or-later
/* A session on a machine of its own, for tests of the whole way. */
#include "rig.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"
#include "tree.h"

struct rig rig;

static struct ddl_kernel_ops ops;
static const struct ddl_kernel_ops *fake_ops;
static size_t package_size;

/* ------------------------------------------------------------------------ the kernel */

/* What is inserted must be the pack's module, byte by byte. */
static int insert(struct ddl_kernel *kernel, const char *name, int fd, const char *params, struct ddl_error *error)
{
	uint8_t *bytes = malloc(rig.module.length + 1);

	assert_int_equal(pread(fd, bytes, rig.module.length + 1, 0), rig.module.length);
	assert_memory_equal(bytes, rig.module.bytes, rig.module.length);
	free(bytes);
	for (size_t i = 0; i < rig.session->n_opened; i++)
		assert_null(rig.session->opened[i].medium); /* it may hang off what is replaced */
	rig.pack_image->fd = fd;
	return fake_ops->insert(kernel, name, fd, params, error);
}

static void log_write(struct ddl_kernel *kernel, const char *line)
{
	(void)kernel;
	(void)snprintf(rig.kernel_line, sizeof(rig.kernel_line), "%s", line);
}

struct ddl_kernel *rig_kernel(void)
{
	return &rig.fake->kernel;
}

/* --------------------------------------------------------------------- the front end */

static enum ddl_wish event(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	if (event->kind == DDL_EVENT_PACKAGE)
		rig.packages++;
	if (event->kind != DDL_EVENT_PROGRESS || !event->package)
		return DDL_WISH_GO_ON;
	assert_true(event->done <= event->total);
	if (event->done < rig.done)
		rig.done = 0; /* another reading */
	rig.tested += event->done - rig.done;
	rig.done = event->done;
	rig.total = event->total;
	return ++rig.progress != rig.cancel_at ? DDL_WISH_GO_ON : DDL_WISH_STOP;
}

static enum ddl_reply reply(char letter)
{
	return letter == 'y' ? DDL_REPLY_YES :
	       letter == 'b' ? DDL_REPLY_BACK :
	       letter == 's' ? DDL_REPLY_SKIP :
	       letter == 'a' ? DDL_REPLY_AGAIN :
	       letter == 'o' ? DDL_REPLY_OTHER_WAY :
			       DDL_REPLY_NO;
}

static enum ddl_reply ask(void *ctx, struct ddl_question *question)
{
	size_t n = strlen(rig.asked);

	(void)ctx;
	assert_true(n < 40); /* a flow that goes round and round */
	rig.asked[n] = "SPVTLAOXIK"[question->kind];
	if (question->error) {
		rig.told = question->error->code;
		(void)snprintf(rig.told_text, sizeof(rig.told_text), "%s", question->error->text);
	}
	if (question->licence)
		(void)snprintf(rig.licence, sizeof(rig.licence), "%s", question->licence);
	if (question->kind == DDL_ASK_SOURCE)
		question->typed = rig.typed;
	if (rig.on_question)
		rig.on_question(&rig, question);
	return n < strlen(rig.replies) ? reply(rig.replies[n]) : DDL_REPLY_NO;
}

/* -------------------------------------------------------------- beginning and end */

int rig_begin(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	assert_true(tree_shell("rm -rf root"));
	tree_directory("root/sys/class/block");
	rig.descriptors = open_descriptors();
	rig.fake = fake_kernel_new();
	fake_ops = rig.fake->kernel.ops;
	ops = *fake_ops;
	ops.insert = insert;
	ops.log_write = log_write;
	rig.fake->kernel.ops = &ops;
	(void)fake_device(rig.fake, "0000:03:00.0", "pci:v00001000d00000060sv00001000sd00001006bc01sc04i00", DDL_CLASS_STORAGE,
			  "sda,sdb");
	rig.pack_image = fake_image(rig.fake, "megaraid_sas", "07.999", NULL, -1, "", "0000:03:00.0");
	rig.module = build_driver("megaraid_sas", "07.999", FAKE_RELEASE, "pci:v00001000d00000060sv*sd*bc*sc*i*");
	rig.options = (struct ddl_options){ .root = ddl_arena_dup(rig.fake->arena, tree_path("root")), .inspect = true };
	rig.options.log_path = ddl_arena_dup(rig.fake->arena, tree_path("root/run/ddload/log"));
	rig.replies = "";
	return 0;
}

int rig_end(void **state)
{
	(void)state;
	ddl_session_free(rig.session);
	built_free(&rig.module);
	fake_kernel_free(rig.fake);
	assert_int_equal(open_descriptors(), rig.descriptors);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return 0;
}

void rig_open(void)
{
	const struct ddl_front front = { &rig, event, ask };

	rig.session = ddl_session_new(&rig.options, &front, &rig.error);
	assert_non_null(rig.session);
}

/* -------------------------------------------------------------------------- files */

static const char *below(const char *path)
{
	char name[1024];

	(void)snprintf(name, sizeof(name), "root/%s", path);
	return tree_path(name);
}

struct built rig_read(const char *path)
{
	struct built built = { NULL, 0, 0 };
	int fd = open(below(path), O_RDONLY);
	uint8_t buffer[4096];
	ssize_t n;

	if (fd < 0)
		return built;
	built_add(&built, "", 0);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		built_add(&built, buffer, (size_t)n);
	(void)close(fd);
	return built;
}

void rig_write(const char *path, const void *bytes, size_t n)
{
	char name[1024];
	int fd;

	(void)snprintf(name, sizeof(name), "root/%s", path);
	tree_file(name, "");
	fd = open(below(path), O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	(void)close(fd);
}

/* -------------------------------------------------------------------------- packs */

static struct built pack_rpm(const struct pack_shape *shape)
{
	struct entry entries[16] = { { "./lib/modules/" FAKE_RELEASE "/extra/megaraid_sas.ko", rig.module.bytes,
				       rig.module.length, 0, NULL, 0 } };
	struct built payload, rpm;

	assert_true(shape->n_extra < 15);
	for (size_t i = 0; i < shape->n_extra; i++)
		entries[i + 1] = shape->extra[i];
	payload = build_archive(KIND_CPIO, "xz", entries, shape->n_extra + 1);
	rpm = build_rpm("megaraid_sas-modules", shape->version, "1", &payload);
	built_free(&payload);
	return rpm;
}

void rig_pack(const struct pack_shape *shape)
{
	struct built rpm = pack_rpm(shape);
	char text[4096], path[256];

	package_size = rpm.length;
	(void)snprintf(text, sizeof(text),
		       "<repository build=\"7\" name=\"%s\" originator=\"acme\" product=\"XenServer\" "
		       "version=\"1.0\">\n  <description>MegaRAID SAS driver</description>\n</repository>\n",
		       shape->name);
	(void)snprintf(path, sizeof(path), "%s/XS-REPOSITORY", shape->directory);
	rig_write(path, text, strlen(text));
	(void)snprintf(text, sizeof(text),
		       "<packages>\n<package kernel=\"%s\" label=\"megaraid_sas\" md5=\"%s\" size=\"%zu\" "
		       "type=\"driver-rpm\">driver.rpm</package>\n%s</packages>\n",
		       shape->kernel ? shape->kernel : FAKE_RELEASE,
		       shape->wrong_digest ? "00000000000000000000000000000000" : md5_hex(rpm.bytes, rpm.length), rpm.length,
		       shape->more ? shape->more : "");
	(void)snprintf(path, sizeof(path), "%s/XS-PACKAGES", shape->directory);
	rig_write(path, text, strlen(text));
	(void)snprintf(path, sizeof(path), "%s/driver.rpm", shape->directory);
	rig_write(path, rpm.bytes, rpm.length);
	built_free(&rpm);
}

size_t rig_package_size(void)
{
	return package_size;
}

const char *rig_fingerprint(const char *directory)
{
	char path[256];
	struct built both, packages;
	const char *hex;

	(void)snprintf(path, sizeof(path), "%s/XS-REPOSITORY", directory);
	both = rig_read(path);
	(void)snprintf(path, sizeof(path), "%s/XS-PACKAGES", directory);
	packages = rig_read(path);
	built_add(&both, packages.bytes, packages.length);
	hex = md5_hex(both.bytes, both.length);
	built_free(&both);
	built_free(&packages);
	return hex;
}
