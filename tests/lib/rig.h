/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session on a machine of its own: the fake kernel, a root directory in the scratch
 * directory, packs made there, and a front end whose answers are written down beforehand.
 * A test that uses it has RIG_KERNEL in it.
 */
#ifndef DDL_TEST_RIG_H
#define DDL_TEST_RIG_H

#include "fake_kernel.h"
#include "pack_builder.h"
#include "session/session.h"

struct rig {
	struct fake_kernel *fake;
	struct fake_image *pack_image; /* what the pack's module is once it is inserted */
	struct ddl_options options;
	struct ddl_session *session;
	struct ddl_error error;
	/* the front end */
	const char *replies; /* y n b s a, one a question; afterwards: n */
	const char *typed; /* the medium that is typed in */
	char asked[64]; /* S P V T L A O X I K, one a question */
	char licence[4096];
	enum ddl_code told; /* of the last X or T */
	char told_text[DDL_ERROR_TEXT];
	unsigned cancel_at; /* this PROGRESS event asks to cancel; 0: none */
	void (*on_question)(struct rig *rig, const struct ddl_question *question);
	unsigned progress, packages; /* events */
	uint64_t done, total; /* of the last PROGRESS */
	uint64_t tested; /* bytes of all PROGRESS together */
	char kernel_line[512]; /* the last for the kernel log */
	struct built module; /* of the pack */
	size_t descriptors; /* open before */
};

extern struct rig rig;

/* Setup and teardown; the teardown asserts that nothing is left: descriptors, children. */
int rig_begin(void **state);
int rig_end(void **state);
struct ddl_kernel *rig_kernel(void);
#define RIGGED(name) cmocka_unit_test_setup_teardown(name, rig_begin, rig_end)

/* Once in a program that uses it: its kernel in the place of the real one. */
#define RIG_KERNEL \
	struct ddl_kernel *ddl_kernel_open(const char *root, const char *release, struct ddl_error *error) \
	{ \
		(void)root; \
		(void)release; \
		(void)error; \
		return rig_kernel(); \
	}

/* Opens the session with rig.options. */
void rig_open(void);

/* A pack below the root: `directory` "pack", with a driver RPM of this kernel and `extra` entries in it. */
struct pack_shape {
	const char *directory, *name, *version;
	const char *kernel; /* as listed; NULL: the fake's */
	const struct entry *extra;
	size_t n_extra;
	bool wrong_digest;
	const char *more; /* further <package> elements; NULL */
};
void rig_pack(const struct pack_shape *shape);

/* Bytes of the pack's package. */
size_t rig_package_size(void);

/* The metadata MD5 of the pack in `directory`. */
const char *rig_fingerprint(const char *directory);

/* A file below the root: all of its bytes; the caller frees. NULL: it is not there. */
struct built rig_read(const char *path);
void rig_write(const char *path, const void *bytes, size_t n);

#endif
