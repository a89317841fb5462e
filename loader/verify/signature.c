// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs gpgv over a signature and understands what it says. */
#include "verify/signature.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/text.h"
#include "process/program.h"
#include "process/sandbox.h"
#include "verify/armor.h"
#include "verify/keyring.h"

#define FINGERPRINT 20U /* bytes: of a key of version 4 */

struct ddl_checker {
	struct ddl_stage *stage;
	int gpgv; /* the program; -1: there is none */
	int ring, own; /* trusted keys; the disk's own, written by the child */
	uint64_t ring_size;
	const char *trusted; /* --trust-key; NULL */
	bool allow_sha1;
};

#define GPGV_SECONDS 2U /* of processor, for the arithmetic … */
#define GPGV_BYTES_A_SECOND (8U * 1024U * 1024U) /* … and for what is signed, on a slow machine */

/* One run of gpgv. */
struct gpgv_run {
	const struct ddl_checker *checker;
	const struct ddl_claim *claim;
	bool own; /* against the disk's own key */
	bool whole; /* and it is that one's */
	int ring, packet, data; /* read-only */
	uint64_t data_size; /* of the file at `data` */
	struct ddl_verdict verdict;
};

/* ------------------------------------------------------------ what gpgv says */

/* "%3C" and the like, as gpgv writes what would break a line. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		uint8_t byte;
		const char digits[] = { at[1] ? at[1] : ' ', at[1] && at[2] ? at[2] : ' ', '\0' };

		if (*at == '%' && isxdigit((unsigned char)digits[0]) && ddl_text_unhex(digits, &byte, 1) && byte) {
			*to++ = (char)byte;
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

/* Takes over `text` when it is hex. */
static void take_key(struct ddl_verdict *verdict, const char *text)
{
	size_t n = strspn(text, "0123456789ABCDEFabcdef");

	if (text[n] == '\0' && n >= 16 && n < sizeof(verdict->key))
		memcpy(verdict->key, text, n + 1);
}

/* GnuPG's doc/DETAILS, "Format of the status fd": "KEYWORD KEYID USER-ID". */
static const struct {
	const char *word;
	enum ddl_signature_state state;
} words_of_keys[] = {
	{ "BADSIG", DDL_SIGNED_BAD },        { "REVKEYSIG", DDL_SIGNED_BAD }, { "EXPSIG", DDL_SIGNED_EXPIRED },
	{ "EXPKEYSIG", DDL_SIGNED_EXPIRED }, { "GOODSIG", DDL_SIGNED_GOOD },
};

static bool take_signer(struct ddl_verdict *verdict, const char *line)
{
	for (size_t i = 0; i < sizeof(words_of_keys) / sizeof(*words_of_keys); i++) {
		size_t n = strlen(words_of_keys[i].word);
		const char *name;

		if (strncmp(line, words_of_keys[i].word, n) != 0 || line[n] != ' ')
			continue;
		name = strchr(line + n + 1, ' ');
		if (verdict->state == DDL_SIGNED_UNREAD ||
		    (verdict->state != DDL_SIGNED_BAD && words_of_keys[i].state != DDL_SIGNED_GOOD))
			verdict->state = words_of_keys[i].state;
		snprintf(verdict->signer, sizeof(verdict->signer), "%s", name ? name + 1 : "");
		unescape(verdict->signer);
		ddl_text_clean_in_place(verdict->signer);
		return true;
	}
	return false;
}

/* The digest's number in the `field`th word (RFC 4880, 9.4); 0: there is none. gpgv never checks what is over MD5. */
enum { DIGEST_MD5 = 1, DIGEST_SHA1 = 2 };

static long digest_of(const char *line, unsigned field)
{
	for (; line && field; field--)
		line = (line = strchr(line, ' ')) ? line + 1 : NULL;
	return line ? strtol(line, NULL, 10) : 0;
}

/*
 * Good is only what gpgv calls good (GOODSIG), valid (VALIDSIG) and nothing else, and ended with
 * 0 for. Of several signatures the worst counts; what it could not make sense of is bad. gpgv's --weak-digest
 * is not used: with it a key that bears SHA-1 signatures of its owner's, as those of old do, checks nothing any more.
 */
void ddl_verdict_read(struct ddl_verdict *verdict, char *words, int status, bool allow_sha1)
{
	bool valid = false, unknown = false, other = false, md5 = false, sha1 = false;
	char *save = NULL;

	*verdict = (struct ddl_verdict){ .state = DDL_SIGNED_UNREAD };
	for (char *line = strtok_r(words, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *last = strrchr(line, ' ');

		if (strncmp(line, "[GNUPG:] ", 9) != 0)
			continue;
		line += 9;
		if (take_signer(verdict, line))
			continue;
		if (strncmp(line, "VALIDSIG ", 9) == 0) {
			valid = true;
			sha1 = sha1 || digest_of(line, 8) == DIGEST_SHA1;
			take_key(verdict, last ? last + 1 : line);
		} else if (strncmp(line, "ERRSIG ", 7) == 0) {
			md5 = md5 || digest_of(line, 3) == DIGEST_MD5;
			other = other || digest_of(line, 3) != DIGEST_MD5;
			take_key(verdict, last ? last + 1 : line);
		} else if (strncmp(line, "NO_PUBKEY ", 10) == 0) {
			unknown = true;
			if (!*verdict->key)
				take_key(verdict, line + 10);
		} else if (strncmp(line, "NODATA", 6) == 0 || strncmp(line, "BADARMOR", 8) == 0) {
			verdict->state = DDL_SIGNED_BAD;
		}
	}
	if (verdict->state == DDL_SIGNED_BAD)
		return;
	if (unknown)
		verdict->state = DDL_SIGNED_UNKNOWN;
	else if (other ||
		 (!md5 && (!valid || verdict->state == DDL_SIGNED_UNREAD || (verdict->state == DDL_SIGNED_GOOD && status != 0))))
		verdict->state = DDL_SIGNED_BAD;
	else if (md5 || (verdict->state == DDL_SIGNED_GOOD && sha1 && !allow_sha1))
		verdict->state = DDL_SIGNED_WEAK;
}

/* ------------------------------------------------------------- in the child */

/* The same file on a descriptor that nothing can be written by. -1 and errno. */
static int read_only(int fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A key or a signature that is made to be slow costs no more than this. */
static void limit_gpgv(const struct gpgv_run *run)
{
	rlim_t seconds = GPGV_SECONDS + run->data_size / GPGV_BYTES_A_SECOND;
	rlim_t bytes = run->claim->message ? DDL_MAX_STAGED_FILE : 0;
	const struct rlimit limit = { seconds, seconds + 1 }, size = { bytes, bytes };

	(void)setrlimit(RLIMIT_CPU, &limit); /* the parent's clock is there, too */
	(void)setrlimit(RLIMIT_FSIZE, &size); /* of what it writes to memory; its words go into a pipe */
}

static _Noreturn void become_gpgv(const struct gpgv_run *run, int status)
{
	char ring[32], packet[16], data[16], tell[16], program[32], *const environment[] = { NULL };
	int ring_fd = run->own ? read_only(run->checker->own) : run->ring;
	const int passed[] = { ring_fd, run->packet, run->data, status };
	bool message = run->claim->message;
	/* a machine being installed may have any clock */
	char *const words[] = { "gpgv",
				"--status-fd",
				tell,
				"--ignore-time-conflict",
				"--keyring",
				ring,
				"--enable-special-filenames",
				"--output",
				"-",
				"--",
				packet,
				message ? NULL : data,
				NULL };

	snprintf(ring, sizeof(ring), "/proc/self/fd/%d", ring_fd);
	snprintf(packet, sizeof(packet), "-&%d", run->packet);
	snprintf(data, sizeof(data), "-&%d", run->data);
	snprintf(tell, sizeof(tell), "%d", status);
	snprintf(program, sizeof(program), "/proc/self/fd/%d", run->checker->gpgv); /* fexecve() does no more */
	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++)
		if (fcntl(passed[i], F_SETFD, 0) < 0)
			_exit(127);
	if (dup2(message ? run->claim->plain_fd : status, 1) < 0)
		_exit(127);
	limit_gpgv(run);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* it does not outlive the child that waits for it */
	if (ddl_sandbox_program(program))
		(void)execve(program, words, environment);
	_exit(127);
}

/* All that gpgv says, at most DDL_MAX_GPGV_WORDS; and its wait status. */
static int hear_gpgv(const struct gpgv_run *run, char *words, int *status, struct ddl_error *error)
{
	int ends[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return ddl_fail(error, DDL_E_GPGV, errno, "pipe");
	pid = fork();
	if (pid == 0)
		become_gpgv(run, ends[1]);
	(void)close(ends[1]);
	n = pid < 0 ? -1 : ddl_file_read_full(ends[0], words, DDL_MAX_GPGV_WORDS);
	(void)close(ends[0]); /* one that says more than that is ended by it */
	if (pid < 0 || waitpid(pid, status, 0) < 0 || n < 0)
		return ddl_fail(error, DDL_E_GPGV, errno, "gpgv");
	words[n] = '\0';
	for (ssize_t i = 0; i < n; i++)
		words[i] = words[i] ? words[i] : '?';
	if (WIFSIGNALED(*status)) /* SIGSYS: a system call that gpgv has no need of */
		return ddl_fail(error, DDL_E_GPGV, 0, _("it was stopped by signal %d (%s)"), WTERMSIG(*status),
				strsignal(WTERMSIG(*status)));
	if (WEXITSTATUS(*status) == 127)
		return ddl_fail(error, DDL_E_GPGV, 0, "%s", "");
	return 0;
}

/* The disk's key without its armour, into the file that is there for it. */
static int write_own_key(const struct gpgv_run *run, struct ddl_error *error)
{
	DDL_FREE uint8_t *bytes = malloc(run->claim->own_key_length + 1);
	size_t n = bytes ? ddl_armor_open(bytes, run->claim->own_key, run->claim->own_key_length) : 0;

	return ftruncate(run->checker->own, 0) < 0 || lseek(run->checker->own, 0, SEEK_SET) < 0 ||
			       ddl_file_write_full(run->checker->own, bytes, n) < 0 ?
		       ddl_fail(error, DDL_E_GPGV, errno, "key") :
		       0;
}

static int run_gpgv(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct gpgv_run *run = arg;
	DDL_FREE char *words = malloc(DDL_MAX_GPGV_WORDS + 1);
	struct ddl_verdict verdict;
	int status = 0;

	if (!words)
		return ddl_fail(error, DDL_E_MEMORY, 0, "gpgv");
	if ((run->own && write_own_key(run, error) < 0) || hear_gpgv(run, words, &status, error) < 0)
		return -1;
	ddl_verdict_read(&verdict, words, status, run->checker->allow_sha1);
	return ddl_sink_send(sink, 1, &verdict, sizeof(verdict), error);
}

/* ------------------------------------------------------------ in the parent */

/* Trusts nothing: the texts are cleaned again, the state is one there is. */
static int receive_verdict(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct gpgv_run *run = arg;
	struct ddl_verdict *verdict = &run->verdict;

	if (type != 1 || n != sizeof(*verdict))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "gpgv");
	memcpy(verdict, bytes, n);
	verdict->signer[sizeof(verdict->signer) - 1] = verdict->key[sizeof(verdict->key) - 1] = '\0';
	ddl_text_clean_in_place(verdict->signer);
	ddl_text_clean_in_place(verdict->key);
	if (verdict->state <= DDL_SIGNED_UNCHECKED || verdict->state > DDL_SIGNED_BAD || verdict->state == DDL_SIGNED_BY_HAND)
		verdict->state = DDL_SIGNED_BAD;
	return 0;
}

/* In a child that can write to nothing but the file for the disk's own key. */
static int run_confined(struct gpgv_run *run, const struct ddl_confine *confine, struct ddl_error *error)
{
	const struct ddl_checker *checker = run->checker;
	const int keep[] = { checker->gpgv, run->own ? checker->own : run->ring, run->packet, run->data, run->claim->plain_fd };
	struct ddl_confine one = *confine;
	struct ddl_job job = { .run = run_gpgv,
			       .receive = receive_verdict,
			       .arg = run,
			       .keep = keep,
			       .n_keep = sizeof(keep) / sizeof(*keep) - !run->claim->message,
			       .programs = true };

	one.silence_ms = DDL_GPGV_MS;
	if (lseek(run->packet, 0, SEEK_SET) < 0 ||
	    lseek(run->data, run->claim->data ? 0 : (off_t)run->claim->data_offset, SEEK_SET) < 0)
		return ddl_fail(error, DDL_E_GPGV, errno, "gpgv");
	return ddl_jobs_run(&job, 1, &one, error);
}

/* What is checked, and by which keys, on descriptors of the run's own. `packet` and `data` stay the caller's. */
static int open_read_only(struct gpgv_run *run, int packet, int data, struct ddl_error *error)
{
	struct stat st;

	/* nor can they be opened by name to be written to */
	if (fchmod(packet, 0444) < 0 || fchmod(data, 0444) < 0 || fstat(data, &st) < 0 ||
	    (run->ring = read_only(run->checker->ring)) < 0 || (run->packet = read_only(packet)) < 0 ||
	    (run->data = read_only(data)) < 0)
		return ddl_fail(error, DDL_E_GPGV, errno, "gpgv");
	run->data_size = (uint64_t)st.st_size;
	return 0;
}

static void close_read_only(const struct gpgv_run *run)
{
	const int fds[] = { run->ring, run->packet, run->data };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

static bool is_trusted_by_hand(const struct ddl_checker *checker, const char *key)
{
	uint8_t wanted[FINGERPRINT], got[FINGERPRINT];

	return checker->trusted && ddl_text_unhex(checker->trusted, wanted, FINGERPRINT) &&
	       ddl_text_unhex(key, got, FINGERPRINT) && memcmp(wanted, got, FINGERPRINT) == 0;
}

/*
 * First against the keys that are trusted. A signature by none of them is held against the
 * disk's own: then it is known whether it is whole, and whose it says it is; no more.
 */
static int check_twice(struct gpgv_run *run, const struct ddl_confine *confine, struct ddl_error *error)
{
	const struct ddl_checker *checker = run->checker;

	if (run_confined(run, confine, error) < 0)
		return -1;
	if (run->verdict.state != DDL_SIGNED_UNKNOWN || !run->claim->own_key)
		return 0;
	run->own = true;
	if (run_confined(run, confine, error) < 0)
		return -1;
	run->whole = run->verdict.state == DDL_SIGNED_GOOD;
	/* one that has expired or is weak is not made good by a hand */
	if (run->whole || ((run->verdict.state == DDL_SIGNED_EXPIRED || run->verdict.state == DDL_SIGNED_WEAK) &&
			   !is_trusted_by_hand(checker, run->verdict.key)))
		run->verdict.state = run->whole && is_trusted_by_hand(checker, run->verdict.key) ? DDL_SIGNED_BY_HAND :
												   DDL_SIGNED_UNKNOWN;
	return 0;
}

static int stage_bytes(struct ddl_stage *stage, const void *bytes, size_t n, struct ddl_error *error)
{
	int fd = ddl_stage_create(stage, "signature", error);

	if (fd >= 0 && ddl_stage_append(stage, fd, bytes, n, error) < 0) {
		ddl_stage_drop(stage, fd, 0);
		return -1;
	}
	return fd;
}

int ddl_signature_check(struct ddl_checker *checker, const struct ddl_confine *confine, struct ddl_arena *arena,
			const struct ddl_claim *claim, struct ddl_signature *signature, struct ddl_error *error)
{
	struct gpgv_run run = { .checker = checker, .claim = claim, .ring = -1, .packet = -1, .data = -1 };
	int result = -1, packet, data = claim->data_fd;

	*signature = (struct ddl_signature){ DDL_SIGNED_UNCHECKED, "", "", false };
	if (checker->gpgv < 0) {
		(void)ddl_fail(error, DDL_E_GPGV, ENOENT, "ddload-gpgv");
		return 0;
	}
	packet = claim->message ? data : stage_bytes(checker->stage, claim->packet, claim->packet_length, error);
	if (packet >= 0 && claim->data)
		data = stage_bytes(checker->stage, claim->data, claim->data_length, error);
	if (packet >= 0 && data >= 0 && open_read_only(&run, packet, data, error) == 0)
		result = check_twice(&run, confine, error);
	close_read_only(&run);
	if (packet >= 0 && !claim->message)
		ddl_stage_drop(checker->stage, packet, claim->packet_length);
	if (claim->data && data >= 0)
		ddl_stage_drop(checker->stage, data, claim->data_length);
	if (result < 0)
		return error->code == DDL_E_CANCELLED || error->code == DDL_E_MEMORY ? -1 : 0;
	signature->state = run.verdict.state;
	signature->own = run.whole && run.verdict.state == DDL_SIGNED_UNKNOWN;
	signature->signer = ddl_arena_dup(arena, run.verdict.signer);
	signature->key = ddl_arena_dup(arena, run.verdict.key);
	return signature->signer && signature->key ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "signature");
}

/* ---------------------------------------------------------------- the checker */

struct ddl_checker *ddl_checker_new(const struct ddl_options *options, struct ddl_stage *stage, struct ddl_log *log,
				    struct ddl_error *error)
{
	struct ddl_checker *checker = calloc(1, sizeof(*checker));

	if (!checker) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "signature");
		return NULL;
	}
	*checker = (struct ddl_checker){ .stage = stage,
					 .gpgv = ddl_program_beside("ddload-gpgv"),
					 .own = -1,
					 .trusted = options->trust_key,
					 .allow_sha1 = options->allow_sha1 };
	checker->ring = ddl_stage_create(stage, "keys", error);
	if (checker->ring >= 0)
		checker->own = ddl_stage_create(stage, "key", error);
	/* the child opens them by name as another user */
	if (checker->own < 0 || fchmod(checker->ring, 0444) < 0 || fchmod(checker->own, 0444) < 0 ||
	    ddl_keyring_read(options, stage, checker->ring, &checker->ring_size, log, error) < 0) {
		if (checker->own >= 0 && error->code == DDL_OK)
			(void)ddl_fail(error, DDL_E_STAGE, errno, "keys");
		ddl_checker_free(checker);
		return NULL;
	}
	return checker;
}

void ddl_checker_trust(struct ddl_checker *checker, const char *key)
{
	checker->trusted = key;
}

void ddl_checker_free(struct ddl_checker *checker)
{
	if (!checker)
		return;
	ddl_stage_drop(checker->stage, checker->ring, checker->ring_size);
	ddl_stage_drop(checker->stage, checker->own, 0);
	if (checker->gpgv >= 0)
		(void)close(checker->gpgv);
	free(checker);
}
