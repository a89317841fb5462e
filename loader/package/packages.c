// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shares packages out among children, takes in what they tell, stages the files. What is to be unpacked is read twice: a
 * child that knows the medium but takes no package apart hands over the bytes, whose sum is made here; then, where that is
 * right, another one unpacks what was staged.
 */
#include "package/packages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "medium/files.h"
#include "model/marshal.h"
#include "package/unpack.h"
#include "process/parts.h"

#define BATCH DDL_MAX_OPEN_PACKAGES
#define ARCHIVE_BATCH 1024U /* has one descriptor; but what is to be unpacked has one each meanwhile */

/* Messages of a child about its package number `index`. */
enum {
	TELL_PIECE = 1, /* index, bytes: a piece of the package itself (only the count where it is not staged) */
	TELL_FILE, /* index, file number: its bytes follow; from one that unpacks */
	TELL_BYTES, /* bytes of that file */
	TELL_PART, /* a part of the encoded package */
	TELL_PACKAGE, /* index: the parts make it whole */
};

struct numbers {
	uint64_t index, value;
};

/* A package's staged file, until the package is known: file numbers are those of package->files. */
struct staged {
	uint64_t file;
	int fd;
	uint64_t size;
};

/* One child's share. The same struct is read by the child and, apart from it, by the parent. */
struct share {
	const struct ddl_packages_call *call;
	struct ddl_package_wish *wishes;
	struct ddl_wanted *wanted; /* parallel to wishes */
	size_t count;
	int *keep;
	size_t n_keep;
	bool unpacks; /* the second time: what was staged, and not the medium */
	struct totals *totals;
	/* the child's side */
	struct ddl_sink *sink;
	size_t index; /* the package being read */
	/* the parent's side, of the package being told */
	struct staged *staged;
	size_t n_staged;
	uint64_t told_bytes; /* of the package itself */
	int raw; /* the whole package; -1 */
	uint64_t raw_size;
	struct ddl_digest digest; /* of it, as far as it was told */
	struct ddl_parts parts;
};

struct totals {
	uint64_t done, total;
};

/* Is the package handed over as it is? */
static bool is_staged_whole(const struct share *share, size_t index)
{
	return !share->unpacks && (share->wishes[index].unpack || share->wishes[index].keep);
}

/* ------------------------------------------------------------- in the child */

static int tell_piece(void *arg, const void *bytes, size_t n, struct ddl_error *error)
{
	struct share *share = arg;
	uint8_t message[DDL_MAX_MESSAGE];
	struct numbers head = { share->index, n };

	memcpy(message, &head, sizeof(head));
	if (!is_staged_whole(share, share->index))
		return ddl_sink_send(share->sink, TELL_PIECE, message, sizeof(head), error);
	for (size_t at = 0; at < n;) {
		size_t piece = n - at < sizeof(message) - sizeof(head) ? n - at : sizeof(message) - sizeof(head);

		head.value = piece;
		memcpy(message, &head, sizeof(head));
		memcpy(message + sizeof(head), (const uint8_t *)bytes + at, piece);
		if (ddl_sink_send(share->sink, TELL_PIECE, message, sizeof(head) + piece, error) < 0)
			return -1;
		at += piece;
	}
	return 0;
}

static int tell_files(struct share *share, struct ddl_unpacking *reading, struct ddl_error *error)
{
	for (size_t i = 0; i < reading->n_held; i++) {
		struct numbers head = { share->index, 0 };

		while (reading->package->files[head.value] != reading->held[i].file)
			head.value++;
		if (ddl_sink_send(share->sink, TELL_FILE, &head, sizeof(head), error) < 0 ||
		    ddl_parts_send(share->sink, TELL_BYTES, reading->held[i].bytes, reading->held[i].length, error) < 0)
			return -1;
	}
	return 0;
}

static int tell_package(struct share *share, struct ddl_package *package, struct ddl_error *error)
{
	struct ddl_marshal marshal = ddl_marshal_writer();
	struct numbers head = { share->index, 0 };
	int result = -1;

	ddl_marshal_package(&marshal, package);
	if (marshal.failed)
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->file);
	else if (ddl_parts_send(share->sink, TELL_PART, marshal.bytes, marshal.used, error) == 0)
		result = ddl_sink_send(share->sink, TELL_PACKAGE, &head, sizeof(head), error);
	free(marshal.bytes);
	return result;
}

static int visit_package(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct share *share = arg;
	struct ddl_unpacking reading = { .unpack = false, .stage = share->call->stage, .piece = tell_piece, .arg = share };
	struct ddl_package package;
	int result = -1;

	share->index = (size_t)(reader->wanted - share->wanted);
	package = *share->wishes[share->index].package;
	package.files = NULL;
	package.modules = NULL;
	package.n_files = package.n_modules = 0;
	reading.package = &package;
	reading.unpack = share->unpacks;
	reading.unlisted = !*package.digest;
	reading.arena = ddl_arena_new();
	if (!reading.arena)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", package.file);
	if (ddl_unpack(&reading, reader, error) < 0)
		goto out;
	if (package.state != DDL_PKG_BAD && tell_files(share, &reading, error) < 0)
		goto out;
	result = tell_package(share, &package, error);
out:
	ddl_unpack_held_free(&reading);
	ddl_arena_free(reading.arena);
	return result;
}

/* One that was staged, as a file that a medium shows. */
struct staged_package {
	struct ddl_reader reader; /* first: a reader is one of these */
	int fd;
	uint64_t at;
};

static ssize_t read_staged(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *error)
{
	struct staged_package *staged = (struct staged_package *)reader;
	uint64_t left = reader->size - staged->at;
	ssize_t got = left ? ddl_file_read_at(staged->fd, buffer, left < n ? (size_t)left : n, staged->at) : 0;

	if (got < 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "%s", reader->name);
	staged->at += (uint64_t)got;
	return got;
}

static int unpack_staged(struct share *share, struct ddl_error *error)
{
	for (size_t i = 0; i < share->count; i++) {
		const struct ddl_package *package = share->wishes[i].package;
		struct staged_package staged = {
			.reader = { .read = read_staged,
				    .name = package->file,
				    .size = package->size,
				    .wanted = &share->wanted[i] },
			.fd = package->fd,
		};

		if (visit_package(share, &staged.reader, error) < 0)
			return -1;
	}
	return 0;
}

static int run_share(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct share *share = arg;

	share->sink = sink;
	if (share->unpacks)
		return unpack_staged(share, error);
	return ddl_files_visit(share->call->medium, share->wanted, share->count, visit_package, share, error);
}

/* ------------------------------------------------------------ in the parent */

static int bad_message(struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
}

static void forget(struct share *share, bool close_them)
{
	struct ddl_stage *stage = share->call->stage;

	for (size_t i = 0; close_them && i < share->n_staged; i++)
		ddl_stage_drop(stage, share->staged[i].fd, share->staged[i].size);
	if (close_them && share->raw >= 0)
		ddl_stage_drop(stage, share->raw, share->raw_size);
	free(share->staged);
	free(share->parts.bytes);
	share->staged = NULL;
	share->parts = (struct ddl_parts){ NULL, 0 };
	share->n_staged = 0;
	share->told_bytes = 0;
	share->raw = -1;
	share->raw_size = 0;
}

static void start_sum(struct share *share, const struct ddl_package *package)
{
	bool md5 = strlen(package->digest) == 2 * DDL_MD5;

	ddl_digest_start(&share->digest, md5 ? DDL_MD5 : DDL_SHA256);
}

static int take_piece(struct share *share, const struct numbers *head, const uint8_t *bytes, size_t n, struct ddl_error *error)
{
	const struct ddl_package *package = share->wishes[head->index].package;
	bool whole = is_staged_whole(share, head->index);

	if ((n || whole) && n != head->value)
		return bad_message(error);
	/* a reader stops at the size that is listed */
	if (share->told_bytes > package->size || head->value > package->size - share->told_bytes)
		return bad_message(error);
	share->told_bytes += head->value;
	share->totals->done += share->unpacks ? 0 : head->value;
	if (share->call->progress && !share->unpacks)
		share->call->progress(share->call->arg, share->totals->done, share->totals->total, package);
	if (!whole)
		return 0;
	if (share->raw < 0) {
		share->raw = ddl_stage_create(share->call->stage, ddl_path_base(package->file), error);
		start_sum(share, package);
	}
	if (share->raw < 0 || ddl_stage_append(share->call->stage, share->raw, bytes, n, error) < 0)
		return -1;
	share->raw_size += n;
	ddl_digest_add(&share->digest, bytes, n);
	return 0;
}

/* The sum of what was staged is the one that is listed; where none is, it is what the package is known by. */
static int check_sum(struct share *share, struct ddl_package *package, struct ddl_error *error)
{
	char listed[DDL_DIGEST_HEX], hex[DDL_DIGEST_HEX];

	if (share->raw < 0) /* it is empty */
		start_sum(share, package);
	ddl_digest_end_hex(&share->digest, hex);
	if (*package->digest)
		return ddl_digest_read(listed, package->digest, share->digest.size) && strcmp(listed, hex) == 0 ?
			       0 :
			       bad_message(error);
	package->digest = ddl_arena_dup(share->call->arena, hex);
	return package->digest ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->label);
}

static int take_file(struct share *share, const struct numbers *head, struct ddl_error *error)
{
	struct staged *larger;
	int fd;

	if (!share->unpacks || head->value >= DDL_MAX_PACKAGE_FILES || share->n_staged >= DDL_MAX_PACKAGE_FILES)
		return bad_message(error);
	larger = realloc(share->staged, (share->n_staged + 1) * sizeof(*larger));
	if (!larger)
		return ddl_fail(error, DDL_E_MEMORY, 0, "staging");
	share->staged = larger;
	fd = ddl_stage_create(share->call->stage, "file", error);
	if (fd < 0)
		return -1;
	share->staged[share->n_staged++] = (struct staged){ head->value, fd, 0 };
	return 0;
}

static int take_bytes(struct share *share, const uint8_t *bytes, size_t n, struct ddl_error *error)
{
	struct staged *last = share->n_staged ? &share->staged[share->n_staged - 1] : NULL;

	if (!last || n > DDL_MAX_STAGED_FILE - last->size)
		return bad_message(error);
	if (ddl_stage_append(share->call->stage, last->fd, bytes, n, error) < 0)
		return -1;
	last->size += n;
	return 0;
}

/* Gives each staged file and module its bytes. -1: what was told does not agree, or no memory. */
static int attach(struct share *share, struct ddl_package *package, struct ddl_error *error)
{
	const char *repeated;

	if (ddl_unpack_repeated(package, &repeated) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->label);
	if (repeated) /* a module's facts and its bytes find each other by the path */
		return bad_message(error);
	for (size_t i = 0; i < share->n_staged; i++) {
		struct staged *staged = &share->staged[i];

		if (staged->file >= package->n_files || package->files[staged->file]->fd >= 0 ||
		    package->files[staged->file]->size != staged->size)
			return bad_message(error);
		package->files[staged->file]->fd = staged->fd;
	}
	for (size_t i = 0; i < package->n_modules; i++) {
		struct ddl_module *module = package->modules[i];

		for (size_t j = 0; j < package->n_files && !module->file; j++)
			if (package->files[j]->kind == DDL_FILE_MODULE && package->files[j]->fd >= 0 &&
			    strcmp(package->files[j]->path, module->path) == 0)
				module->file = package->files[j];
		if (!module->file)
			return bad_message(error);
	}
	return 0;
}

/* Bad with a reason, or what was asked for without one. */
static bool is_answer(const struct share *share, const struct ddl_package *told)
{
	if (told->state == DDL_PKG_BAD)
		return told->trouble.code != DDL_OK;
	return told->trouble.code == DDL_OK && told->state == (share->unpacks ? DDL_PKG_STAGED : DDL_PKG_TESTED);
}

/* One that was told already: another answer would leave what was staged with nobody. */
static bool is_answered(const struct share *share, size_t index)
{
	enum ddl_package_state state = share->wishes[index].package->state;

	return state == DDL_PKG_BAD || state == DDL_PKG_STAGED || (state == DDL_PKG_TESTED && !share->unpacks);
}

/* Is all known of it that was wished for? */
static void tell_finished(const struct share *share, const struct ddl_package_wish *wish)
{
	if (share->call->finished && (share->unpacks || !wish->unpack || wish->package->state == DDL_PKG_BAD))
		share->call->finished(share->call->arg, wish->package);
}

/*
 * A read fails with the same EIO on a scratch and on a medium that was pulled out; the
 * confined child cannot ask the drive which it was. The package's name is told by others.
 */
static void name_the_trouble(const struct share *share, struct ddl_package *package)
{
	if (package->trouble.code != DDL_E_READ && package->trouble.code != DDL_E_GONE)
		return;
	if (strcmp(package->trouble.text, package->file) == 0)
		*package->trouble.text = '\0';
	if (ddl_medium_gone(share->call->medium))
		package->trouble.code = DDL_E_GONE;
}

static int take_package(struct share *share, const struct numbers *head, struct ddl_error *error)
{
	struct ddl_package *package = share->wishes[head->index].package;
	struct ddl_marshal marshal = ddl_marshal_reader(share->parts.bytes, share->parts.length, share->call->arena);
	struct ddl_package told = *package;
	int result;

	ddl_marshal_package(&marshal, &told);
	if (*package->digest) /* a reader does not say what it ought to have been */
		told.digest = package->digest;
	if (marshal.no_memory)
		result = ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->label);
	else if (marshal.failed || marshal.used != marshal.room || !is_answer(share, &told))
		result = bad_message(error);
	else
		result = attach(share, &told, error);
	if (result == 0 && told.state != DDL_PKG_BAD && is_staged_whole(share, head->index)) {
		told.digest = package->digest;
		result = check_sum(share, &told, error);
	}
	if (result < 0) {
		forget(share, true);
		return -1;
	}
	if (!share->unpacks)
		told.fd = told.state == DDL_PKG_BAD ? -1 : share->raw;
	if (told.state == DDL_PKG_BAD) {
		name_the_trouble(share, &told);
		forget(share, true);
	}
	*package = told;
	forget(share, false);
	tell_finished(share, &share->wishes[head->index]);
	return 0;
}

static int receive(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct share *share = arg;
	struct numbers head = { 0, 0 };

	if (type == TELL_BYTES)
		return take_bytes(share, bytes, n, error);
	if (type == TELL_PART)
		return ddl_parts_add(&share->parts, bytes, n, error);
	if (n < sizeof(head))
		return bad_message(error);
	memcpy(&head, bytes, sizeof(head));
	if (head.index >= share->count || is_answered(share, head.index))
		return bad_message(error);
	switch (type) {
	case TELL_PIECE:
		return take_piece(share, &head, (const uint8_t *)bytes + sizeof(head), n - sizeof(head), error);
	case TELL_FILE:
		return take_file(share, &head, error);
	case TELL_PACKAGE:
		return take_package(share, &head, error);
	default:
		return bad_message(error);
	}
}

/* A package that was not found, or whose child ended before it was through. */
static void judge_rest(struct share *share, const struct ddl_job *job)
{
	for (size_t i = 0; i < share->count; i++) {
		struct ddl_package *package = share->wishes[i].package;

		if (is_answered(share, i))
			continue;
		package->state = DDL_PKG_BAD;
		if (package->trouble.code == DDL_OK && job->ok) /* else it could not be opened */
			(void)ddl_fail(&package->trouble, DDL_E_NO_PACKAGE, 0, "%s", "");
		else if (package->trouble.code == DDL_OK)
			package->trouble = job->error;
		name_the_trouble(share, package);
		tell_finished(share, &share->wishes[i]);
	}
}

/* Where the package lies on the medium. */
static const char *package_path(const struct ddl_packages_call *call, const struct ddl_package *package)
{
	return *call->directory ? ddl_arena_printf(call->arena, "%s/%s", call->directory, package->file) : package->file;
}

/* One that cannot be opened is that package's own trouble, the others are read all the same; but not when we are short. */
static int open_package(const struct ddl_packages_call *call, struct ddl_wanted *wanted, struct ddl_package *package,
			struct ddl_error *error)
{
	struct ddl_error why = DDL_ERROR_INIT;

	if (ddl_files_prepare(call->medium, wanted, 1, &why) == 0)
		return 0;
	if (why.code == DDL_E_MEMORY || why.os_errno == EMFILE || why.os_errno == ENFILE) {
		if (error)
			*error = why;
		return -1;
	}
	*why.text = '\0'; /* the package's name is told by others */
	package->trouble = why;
	return 0;
}

static int prepare_from_medium(struct share *share, const struct ddl_packages_call *call, struct ddl_error *error)
{
	struct ddl_error silent = DDL_ERROR_INIT;

	for (size_t i = 0; i < share->count; i++) {
		struct ddl_package *package = share->wishes[i].package;

		share->wanted[i] = (struct ddl_wanted){ package_path(call, package), -1, false };
		if (!share->wanted[i].name)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->file);
	}
	if (ddl_files_reach(call->medium, share->wanted, share->count, &silent) < 0 && silent.code != DDL_E_TIMEOUT) {
		if (error)
			*error = silent;
		return -1;
	}
	for (size_t i = 0; i < share->count; i++) {
		if (silent.code != DDL_OK)
			share->wishes[i].package->trouble = silent;
		else if (open_package(call, &share->wanted[i], share->wishes[i].package, error) < 0)
			return -1;
	}
	share->n_keep = ddl_files_keep(call->medium, share->wanted, share->count, share->keep);
	return 0;
}

/* All that the second child gets is the bytes themselves. */
static int prepare_from_stage(struct share *share)
{
	for (size_t i = 0; i < share->count; i++)
		if (share->wishes[i].package->fd >= 0) /* else it is empty */
			share->keep[share->n_keep++] = share->wishes[i].package->fd;
	return 0;
}

/* The wishes dealt out one by one, so that every child has some of each size. */
static int deal(struct share *shares, size_t n_shares, const struct ddl_packages_call *call,
		const struct ddl_package_wish *wishes, size_t count, struct ddl_error *error)
{
	size_t each = (count + n_shares - 1) / n_shares;

	for (size_t s = 0; s < n_shares; s++) {
		struct share *share = &shares[s];

		share->call = call;
		share->raw = -1;
		share->wishes = ddl_arena_alloc(call->arena, each, sizeof(*share->wishes));
		share->wanted = ddl_arena_alloc(call->arena, each, sizeof(*share->wanted));
		share->keep = ddl_arena_alloc(call->arena, each + 1, sizeof(*share->keep));
		if (!share->wishes || !share->wanted || !share->keep)
			return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
		for (size_t i = s; i < count; i += n_shares) {
			share->wanted[share->count].fd = -1; /* nothing of ours before it is prepared */
			share->wishes[share->count++] = wishes[i];
		}
	}
	return 0;
}

/* A disc is read by one head: two readers would make it seek all the time. */
static size_t shares_wanted(const struct ddl_packages_call *call, bool unpacks, size_t count)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = processors > 0 ? (size_t)processors : 1;

	if (call->confine.unconfined ||
	    (!unpacks && (strncmp(call->medium->name, "sr", 2) == 0 || ddl_medium_streams(call->medium))))
		wanted = 1;
	wanted = wanted > DDL_MAX_CHILDREN ? DDL_MAX_CHILDREN : wanted;
	return wanted > count ? count : wanted;
}

static int run_shares(const struct ddl_packages_call *call, struct share *shares, struct ddl_job *jobs, size_t count,
		      struct totals *totals, struct ddl_error *error)
{
	struct ddl_error first = DDL_ERROR_INIT;
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		shares[i].totals = totals;
		result = shares[i].unpacks ? prepare_from_stage(&shares[i]) : prepare_from_medium(&shares[i], call, error);
		jobs[i] = (struct ddl_job){ .run = run_share,
					    .receive = receive,
					    .arg = &shares[i],
					    .keep = shares[i].keep,
					    .n_keep = shares[i].n_keep };
	}
	if (result == 0 && ddl_jobs_run(jobs, count, &call->confine, &first) < 0 &&
	    (first.code == DDL_E_CANCELLED || first.code == DDL_E_MEMORY || first.code == DDL_E_STAGE)) {
		if (error)
			*error = first;
		result = -1;
	}
	for (size_t i = 0; i < count; i++) {
		forget(&shares[i], true);
		ddl_files_unprepare(shares[i].wanted, shares[i].count);
		if (result == 0)
			judge_rest(&shares[i], &jobs[i]);
	}
	return result;
}

static int run_once(const struct ddl_packages_call *call, const struct ddl_package_wish *wishes, size_t count, bool unpacks,
		    struct totals *totals, struct ddl_error *error)
{
	size_t n = shares_wanted(call, unpacks, count);
	struct share *shares = ddl_arena_alloc(call->arena, n, sizeof(*shares));
	struct ddl_job *jobs = ddl_arena_alloc(call->arena, n, sizeof(*jobs));

	if (!shares || !jobs)
		return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
	for (size_t i = 0; i < n; i++)
		shares[i].unpacks = unpacks;
	if (deal(shares, n, call, wishes, count, error) < 0)
		return -1;
	return run_shares(call, shares, jobs, n, totals, error);
}

/* What was staged only to be unpacked goes; what was not come to (cancelled) is as if nobody had asked. */
static void drop_whole(const struct ddl_packages_call *call, const struct ddl_package_wish *wish)
{
	struct ddl_package *package = wish->package;

	if (package->state == DDL_PKG_TESTED)
		package->state = DDL_PKG_UNREAD;
	if (wish->keep && package->state == DDL_PKG_STAGED)
		return;
	if (package->fd >= 0)
		ddl_stage_drop(call->stage, package->fd, package->size);
	package->fd = -1;
}

static int read_batch(const struct ddl_packages_call *call, const struct ddl_package_wish *wishes, size_t count,
		      struct totals *totals, struct ddl_error *error)
{
	struct ddl_package_wish *again = ddl_arena_alloc(call->arena, count, sizeof(*again));
	size_t n = 0;
	int result;

	if (!again)
		return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
	for (size_t i = 0; i < count; i++)
		wishes[i].package->state = DDL_PKG_UNREAD; /* also one that was tested before */
	result = run_once(call, wishes, count, false, totals, error);
	for (size_t i = 0; i < count; i++)
		if (wishes[i].unpack && wishes[i].package->state == DDL_PKG_TESTED)
			again[n++] = wishes[i];
	if (result == 0 && n)
		result = run_once(call, again, n, true, totals, error);
	for (size_t i = 0; i < n; i++)
		drop_whole(call, &again[i]);
	return result;
}

static int read_all(const struct ddl_packages_call *call, const struct ddl_package_wish *wishes, size_t count,
		    struct totals *totals, struct ddl_error *error)
{
	size_t most = call->medium->kind == DDL_MEDIUM_ARCHIVE ? ARCHIVE_BATCH : BATCH;

	for (size_t i = 0; i < count; i += most) {
		size_t n = count - i < most ? count - i : most;

		if (read_batch(call, wishes + i, n, totals, error) < 0)
			return -1;
	}
	return 0;
}

int ddl_packages_read(const struct ddl_packages_call *call, const struct ddl_package_wish *wishes, size_t count,
		      struct ddl_error *error)
{
	struct totals totals = { 0 };

	for (size_t i = 0; i < count; i++)
		totals.total += wishes[i].package->size;
	return read_all(call, wishes, count, &totals, error);
}
