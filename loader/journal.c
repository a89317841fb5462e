// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal: a text file of words, one line each, every line written at once:
 *
 *     ddload-journal 1
 *     firmware-path PATH            where the kernel looked before
 *     loaded MODULE VERSION SRCVERSION
 *     device BUS ADDRESS IDS MODULE DISKS LINKS
 *     op KIND MODULE FILE PARAMETERS BEFORE AFTER BUS ADDRESS DRIVER OVERRIDE
 *     ready                         the operations begin
 *     begin N | done N | failed N | undo N | undone N
 *     file NAME                     of firmware, before it is written
 *
 * An empty word is "-"; blanks, "%" and what cannot be seen are "%" and two hex digits.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "path.h"
#include "text.h"

#define JOURNAL_FIRST "ddload-journal"
#define JOURNAL_VERSION "1"
#define MAX_WORDS 11U
#define LOCK_POLL_MS 20
#define LOCK_TRIES 25U /* half a second: far longer than a reader needs */
#define OPEN_TRIES 8U  /* runs in a row that end while their journal is waited for */

static const char *const step_words[] = {
	[DDL_JOURNAL_BEGIN] = "begin", [DDL_JOURNAL_DONE] = "done", [DDL_JOURNAL_FAILED] = "failed",
	[DDL_JOURNAL_UNDO] = "undo", [DDL_JOURNAL_UNDONE] = "undone",
};

#define N_STEP_WORDS (sizeof step_words / sizeof step_words[0])

/* An insert of the pack's module and one of the tree's are told apart for showing them. */
static const struct kind {
	const char *word;
	enum ddl_op_kind kind;
	bool from_pack;
} kinds[] = {
	{ "firmware", DDL_OP_FIRMWARE, false }, { "unload", DDL_OP_UNLOAD, false },
	{ "insert", DDL_OP_INSERT, true }, { "insert-own", DDL_OP_INSERT, false },
	{ "reload", DDL_OP_RELOAD, false }, { "unbind", DDL_OP_UNBIND, false },
	{ "bind", DDL_OP_BIND, false }, { "settle", DDL_OP_SETTLE, false },
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

/* -------------------------------------------------------------------- writing */

/* Appends one word; false when the line has no room for it. */
static bool put_word(char *line, size_t room, const char *word)
{
	size_t used = strlen(line);

	if (!*word || strcmp(word, "-") == 0)
		return snprintf(line + used, room - used, " %s", *word ? "%2d" : "-") < (int)(room - used);
	if (room - used < 2)
		return false;
	line[used++] = ' ';
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (room - used < 5)
			return false;
		if (c <= ' ' || c == '%' || c >= 0x7F)
			used += (size_t)snprintf(line + used, room - used, "%%%02x", c);
		else
			line[used++] = *word;
	}
	line[used] = '\0';
	return true;
}

/* Writes a line of the words (up to a NULL) at once, so that it is there whole or not at all. */
static int write_line(int fd, const char *first, const char *const *words)
{
	char line[DDL_MAX_JOURNAL_LINE];
	size_t n;

	snprintf(line, sizeof line, "%s", first);
	for (; *words; words++)
		if (!put_word(line, sizeof line - 1, *words)) {
			errno = ENAMETOOLONG;
			return -1;
		}
	n = strlen(line);
	line[n++] = '\n';
	return ddl_write_full(fd, line, n);
}

static const char *kind_word(const struct ddl_op *op)
{
	size_t i;

	for (i = 0; i < N_KINDS - 1; i++)
		if (kinds[i].kind == op->kind && kinds[i].from_pack == (op->from_pack != NULL))
			break;
	return kinds[i].word;
}

static int write_device(int fd, const struct ddl_expected *expected)
{
	char disks[24], links[24];
	const char *words[] = { expected->bus, expected->address, expected->ids, expected->module, disks,
				links, NULL };

	snprintf(disks, sizeof disks, "%zu", expected->n_disks);
	snprintf(links, sizeof links, "%zu", expected->n_links);
	return write_line(fd, "device", words);
}

static int write_all(const struct ddl_run *run, int fd, const char *firmware_path)
{
	const char *head[] = { JOURNAL_VERSION, NULL }, *firmware[] = { firmware_path, NULL };
	const char *none[] = { NULL };
	size_t i;

	if (write_line(fd, JOURNAL_FIRST, head) != 0 || write_line(fd, "firmware-path", firmware) != 0)
		return -1;
	for (i = 0; i < run->before.n_loaded; i++) {
		const struct ddl_loaded *loaded = &run->before.loaded[i];
		const char *words[] = { loaded->name, loaded->version, loaded->srcversion, NULL };

		if (write_line(fd, "loaded", words) != 0)
			return -1;
	}
	for (i = 0; i < run->n_expected; i++)
		if (write_device(fd, &run->expected[i]) != 0)
			return -1;
	for (i = 0; i < run->plan->n_ops; i++) {
		const struct ddl_op *op = &run->plan->ops[i];
		const char *words[] = { kind_word(op), op->module, op->tree_path, op->params,
					op->version_before, op->version_after, op->bus, op->address,
					op->driver, op->override, NULL };

		if (write_line(fd, "op", words) != 0)
			return -1;
	}
	return write_line(fd, "ready", none);
}

/* -------------------------------------------------------------------- the file */

static int journal_path(const struct ddl_run *run, char *path, size_t room, struct ddl_error *error)
{
	if (!ddl_path_join(path, room, run->apply->run_directory, "journal"))
		return ddl_fail(error, DDL_E_LOG, ENAMETOOLONG, "%s", run->apply->run_directory);
	return 0;
}

/* Locked for what will be done about it; a run that only looks holds it for a moment, which is waited for. */
static int lock(int fd, int how)
{
	const struct timespec moment = { 0, LOCK_POLL_MS * 1000000L };

	for (unsigned i = 0; flock(fd, how | LOCK_NB) != 0; i++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_TRIES)
			return -1;
		(void)nanosleep(&moment, NULL); /* cut short by a signal: looked at earlier */
	}
	return 0;
}

/* Ours alone, and held by no other run. */
static int take(int fd, const char *path, int how, struct ddl_error *error)
{
	struct stat is;

	if (fstat(fd, &is) != 0)
		return ddl_fail(error, DDL_E_LOG, errno, "%s", path);
	if (!S_ISREG(is.st_mode) || is.st_uid != geteuid() || (is.st_mode & (S_IWGRP | S_IWOTH)))
		return ddl_fail(error, DDL_E_DAMAGED, 0, _("%s is not a file that ddload has written"), path);
	if (lock(fd, how) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return ddl_fail(error, DDL_E_LOG, errno, "%s", path);
	return ddl_fail(error, DDL_E_BUSY, 0, "%s", _("another ddload is changing drivers at this moment"));
}

/* The run that held it may have removed it before its lock was ours: then it is nobody's journal. */
static bool is_still(int fd, const char *path)
{
	struct stat is, there;

	return fstat(fd, &is) == 0 && lstat(path, &there) == 0 && is.st_dev == there.st_dev &&
	       is.st_ino == there.st_ino;
}

/* Opens and locks the file that has the journal's name once it is locked. */
static int open_taken(const char *path, int flags, int how, struct ddl_error *error)
{
	for (unsigned i = 0; i < OPEN_TRIES; i++) {
		int fd = open(path, flags | O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

		if (fd < 0)
			return ddl_fail(error, DDL_E_LOG, errno, "%s", path);
		if (take(fd, path, how, error) != 0) {
			close(fd);
			return -1;
		}
		if (is_still(fd, path))
			return fd;
		close(fd);
	}
	return ddl_fail(error, DDL_E_BUSY, 0, "%s", _("another ddload is changing drivers at this moment"));
}

int ddl_journal_begin(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_error trouble = DDL_ERROR_INIT;
	char path[DDL_MAX_PATH], firmware[DDL_MAX_PATH];

	run->journal = -1;
	if (journal_path(run, path, sizeof path, error) != 0)
		return -1;
	(void)ddl_path_make_directories(run->apply->run_directory, 0755); /* opening the journal is what counts */
	run->journal = open_taken(path, O_CREAT, LOCK_EX, &trouble);
	if (trouble.code == DDL_E_BUSY) {
		*error = trouble;
		return -1;
	}
	if (run->journal < 0) {
		ddl_log_error(run->apply->log, "no journal is kept", &trouble);
		return 0;
	}
	kernel->ops->firmware_now(kernel, firmware, sizeof firmware);
	if (ftruncate(run->journal, 0) == 0 && write_all(run, run->journal, firmware) == 0)
		return 0;
	ddl_log(run->apply->log, "%s: %s: no journal is kept", path, strerror(errno));
	ddl_journal_end(run, true);
	return 0;
}

/* What cannot be written down any more (no memory on the tmpfs) does not stop a way back. */
static void write_step(const struct ddl_run *run, const char *word, const char *about)
{
	const char *words[] = { about, NULL };

	if (run->journal >= 0 && write_line(run->journal, word, words) != 0)
		ddl_log(run->apply->log, "journal: %s", strerror(errno));
}

void ddl_journal_op(const struct ddl_run *run, size_t op, enum ddl_journal_word word)
{
	char number[24];

	snprintf(number, sizeof number, "%zu", op);
	write_step(run, step_words[word], number);
}

void ddl_journal_file(const struct ddl_run *run, const char *name)
{
	write_step(run, "file", name);
}

void ddl_journal_end(struct ddl_run *run, bool remove)
{
	char path[DDL_MAX_PATH];

	if (run->journal < 0)
		return;
	if (remove && journal_path(run, path, sizeof path, NULL) == 0 && unlink(path) != 0)
		ddl_log(run->apply->log, "%s: %s", path, strerror(errno));
	close(run->journal); /* and with it the lock */
	run->journal = -1;
}

void ddl_journal_drop(const struct ddl_run *run)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	char path[DDL_MAX_PATH];
	int fd;

	if (journal_path(run, path, sizeof path, NULL) != 0)
		return;
	fd = open_taken(path, 0, LOCK_EX, &trouble);
	/* what is no file of ours cannot be taken and goes as well; another run's journal stays */
	if (trouble.code != DDL_E_BUSY && unlink(path) != 0 && errno != ENOENT)
		ddl_log(run->apply->log, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* -------------------------------------------------------------------- reading */

/* Undoes what put_word did, in place. */
static bool read_word(char *word)
{
	char *to = word;

	if (strcmp(word, "-") == 0) {
		*word = '\0';
		return true;
	}
	for (; *word; word++) {
		uint8_t byte;
		char hex[3];

		if (*word != '%') {
			*to++ = *word;
			continue;
		}
		snprintf(hex, sizeof hex, "%.2s", word + 1);
		if (!ddl_text_unhex(hex, &byte, 1) || !byte)
			return false;
		*to++ = (char)byte;
		word += 2;
	}
	*to = '\0';
	return true;
}

/* The words of a line after the first, which is *first; SIZE_MAX when it is no line of ours. */
static size_t split_line(char *line, char **first, const char **words)
{
	char *rest = NULL, *word;
	size_t n = 0;

	*first = strtok_r(line, " ", &rest);
	if (!*first)
		return SIZE_MAX;
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		if (n == MAX_WORDS - 1 || !read_word(word))
			return SIZE_MAX;
		words[n++] = word;
	}
	return n;
}

static bool read_loaded(struct ddl_run *run, const char *const *words)
{
	struct ddl_loaded *loaded = ddl_arena_push(run->apply->arena, &run->before.loaded,
						   &run->before.n_loaded, sizeof *loaded);

	if (!loaded)
		return false;
	loaded->name = words[0];
	loaded->version = words[1];
	loaded->srcversion = words[2];
	loaded->live = true;
	return true;
}

static bool read_device(struct ddl_run *run, const char *const *words)
{
	struct ddl_expected *expected = ddl_arena_push(run->apply->arena, &run->expected,
						       &run->n_expected, sizeof *expected);
	uint64_t disks, links;

	if (!expected || !ddl_text_number(words[4], strlen(words[4]), DDL_MAX_DEVICES, &disks) ||
	    !ddl_text_number(words[5], strlen(words[5]), DDL_MAX_DEVICES, &links))
		return false;
	expected->bus = words[0];
	expected->address = words[1];
	expected->ids = words[2];
	expected->module = words[3];
	expected->n_disks = (size_t)disks;
	expected->n_links = (size_t)links;
	return true;
}

/* Stands for the module of a pack that is not at hand any more. */
static const struct ddl_module *pack_module(struct ddl_run *run, const struct ddl_op *op)
{
	struct ddl_module *module = ddl_arena_alloc(run->apply->arena, 1, sizeof *module);

	if (module)
		*module = (struct ddl_module){ .name = op->module, .path = "", .version = op->version_after,
			.srcversion = "", .vermagic = "", .kernel = "", .description = "", .signer = "",
			.alias = "", .loaded_version = "" };
	return module;
}

static bool read_op(struct ddl_run *run, const char *const *words)
{
	struct ddl_op *op = ddl_arena_push(run->apply->arena, &run->plan->ops, &run->plan->n_ops, sizeof *op);
	size_t i;

	for (i = 0; i < N_KINDS && strcmp(kinds[i].word, words[0]) != 0; i++)
		;
	if (!op || i == N_KINDS || run->plan->n_ops > 4 * DDL_MAX_MODULES)
		return false;
	*op = (struct ddl_op){ .kind = kinds[i].kind, .module = words[1], .tree_path = words[2],
		.params = words[3], .version_before = words[4], .version_after = words[5],
		.bus = words[6], .address = words[7], .driver = words[8], .override = words[9] };
	op->from_pack = kinds[i].from_pack ? pack_module(run, op) : NULL;
	run->plan->replaces = run->plan->replaces || op->kind == DDL_OP_UNLOAD;
	return !kinds[i].from_pack || op->from_pack;
}

static bool read_step(struct ddl_run *run, const char *first, const char *number)
{
	uint64_t op;
	size_t i;

	for (i = 0; i < N_STEP_WORDS && strcmp(step_words[i], first) != 0; i++)
		;
	if (i == N_STEP_WORDS || !run->changed || run->plan->n_ops == 0 ||
	    !ddl_text_number(number, strlen(number), run->plan->n_ops - 1, &op))
		return false;
	run->changed[op] = i != DDL_JOURNAL_UNDONE;
	run->plan->ops[op].state = i == DDL_JOURNAL_BEGIN ? DDL_OP_RUNNING : i == DDL_JOURNAL_FAILED
		? DDL_OP_FAILED : i == DDL_JOURNAL_UNDONE ? DDL_OP_UNDONE : DDL_OP_DONE;
	return true;
}

static bool read_file(struct ddl_run *run, const char *name)
{
	const char **entry = ddl_arena_push(run->apply->arena, &run->firmware, &run->n_firmware, sizeof *entry);
	char clean[DDL_MAX_PATH];

	if (!entry || !ddl_path_clean_relative(clean, sizeof clean, name))
		return false;
	*entry = name;
	return true;
}

static bool read_line(struct ddl_run *run, char *line)
{
	const char *words[MAX_WORDS];
	char *first;
	size_t n = split_line(line, &first, words);

	if (n == SIZE_MAX)
		return false;
	if (strcmp(first, JOURNAL_FIRST) == 0)
		return n == 1 && strcmp(words[0], JOURNAL_VERSION) == 0;
	if (strcmp(first, "firmware-path") == 0 && n == 1) {
		run->firmware_before = words[0];
		return true;
	}
	if (strcmp(first, "loaded") == 0 && n == 3)
		return read_loaded(run, words);
	if (strcmp(first, "device") == 0 && n == 6)
		return read_device(run, words);
	if (strcmp(first, "op") == 0 && n == 10 && !run->changed)
		return read_op(run, words);
	if (strcmp(first, "ready") == 0 && n == 0) {
		run->changed = ddl_arena_alloc(run->apply->arena, run->plan->n_ops + 1, sizeof *run->changed);
		return run->changed != NULL;
	}
	if (strcmp(first, "file") == 0 && n == 1)
		return read_file(run, words[0]);
	return n == 1 && read_step(run, first, words[0]);
}

/* Its lines, as far as they are whole; one that was not finished says nothing. */
static int read_lines(struct ddl_run *run, char *text, const char *path, struct ddl_error *error)
{
	char *line, *end;

	if (*text && strncmp(text, JOURNAL_FIRST " ", sizeof JOURNAL_FIRST) != 0)
		return ddl_fail(error, DDL_E_DAMAGED, 0, _("%s is not a file that ddload has written"), path);
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (!read_line(run, line))
			return ddl_fail(error, DDL_E_DAMAGED, 0, _("%s is not a file that ddload has written"),
					path);
	}
	return 0;
}

int ddl_journal_read(struct ddl_run *run, bool keep, bool *there, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	char path[DDL_MAX_PATH], *text, *kept;
	size_t length = 0;

	*there = false;
	run->journal = -1;
	run->firmware_before = "";
	if (journal_path(run, path, sizeof path, error) != 0)
		return -1;
	run->journal = open_taken(path, 0, keep ? LOCK_EX : LOCK_SH, &trouble);
	if (run->journal < 0 && trouble.code == DDL_E_LOG && trouble.os_errno == ENOENT)
		return 0;
	if (run->journal < 0) {
		*error = trouble;
		return -1;
	}
	text = ddl_path_read_fd(run->journal, DDL_MAX_JOURNAL, &length, error);
	if (!keep)
		ddl_journal_end(run, false); /* a load that begins now is not kept from it */
	if (!text)
		goto fail;
	kept = ddl_arena_dupn(run->apply->arena, text, strlen(text));
	free(text);
	if (!kept) {
		(void)ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", path);
		goto fail;
	}
	if (read_lines(run, kept, path, error) != 0)
		goto fail;
	*there = true;
	return 0;
fail:
	ddl_journal_end(run, false);
	return -1;
}
