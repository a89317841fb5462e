/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What session.c and the flow share: the state of one run of the engine.
 */
#ifndef DDL_SESSION_H
#define DDL_SESSION_H

#include "base/arena.h"
#include "base/log.h"
#include "base/stage.h"
#include "ddl.h"
#include "kernel/kernel.h"
#include "medium/medium.h"
#include "process/jobs.h"
#include "verify/signature.h"

/* A medium that can be closed (before a driver is replaced) and opened again. */
struct ddl_opened {
	struct ddl_source *source;
	const char *inside; /* a file on it, "pack.zip: pack.iso" for one in another; "" for the medium itself */
	size_t outer; /* number of the medium that the file is on; SIZE_MAX: none */
	const char *name; /* the file's there */
	const struct ddl_image *image; /* where it lies, in an archive; NULL: on a directory */
	struct ddl_medium *medium; /* NULL: closed */
	int unpacked; /* the staged image of `unpacked_size` bytes that a compressed or signed file was; else of size 0 */
	uint64_t unpacked_size;
	struct ddl_signature signature; /* of the whole file; UNREAD: it has none */
};

struct ddl_session {
	struct ddl_options options;
	struct ddl_front front;
	struct ddl_arena *arena; /* sources, looks: the whole life */
	struct ddl_arena *machine_arena; /* of `machine` */
	struct ddl_arena *plan_arena, *plan_machine_arena; /* the plan, and the machine it points into */
	struct ddl_machine machine;
	struct ddl_kernel *kernel;
	struct ddl_log *log;
	struct ddl_stage *stage;
	struct ddl_opened *opened;
	size_t n_opened;
	struct ddl_look **looks;
	size_t n_looks;
	struct ddl_checker *checker; /* of signatures; NULL: none was looked at yet */
	struct ddl_outcome *outcome;
	struct ddl_policy *policy; /* for the outcome */
	size_t n_policy;
	struct ddl_event last; /* repeated while nothing new happens, so that keys are heard */
	const char *left_out; /* of the block devices, when they were last listed; NULL: none */
	int64_t began; /* seconds since 1970 */
	bool keep; /* whole packages are kept for the hand-off, not only until their signatures are checked */
	bool cancelled;
};

/* Tells the front end; false once it has asked to cancel. */
bool ddl_session_tell(struct ddl_session *session, const struct ddl_event *event);
bool ddl_session_phase(struct ddl_session *session, enum ddl_phase phase, const char *what);

/*
 * Asks the front end. Where it answers by policy, that is kept for the outcome; an answer that cannot
 * be kept (memory) is NO.
 */
enum ddl_reply ddl_session_ask(struct ddl_session *session, struct ddl_question *question);

/* The directory that stands for "/"; "" for "/" itself. */
const char *ddl_session_root(const struct ddl_session *session);

/* What is to be said of devices that there was no room for; NULL: nothing. */
void ddl_session_tell_left_out(struct ddl_session *session, const char *sentence);

/* The machine as last looked at; looked at when it never was. NULL and the error. */
const struct ddl_machine *ddl_session_known_machine(struct ddl_session *session, struct ddl_error *error);

/* Holds all packs against the machine, those of each look as one set, as a person chooses them. -1: no memory. */
int ddl_session_fit(struct ddl_session *session, struct ddl_error *error);

/* The open medium of this number; opened again where it was closed. NULL and the error. */
struct ddl_medium *ddl_session_medium(struct ddl_session *session, size_t number, struct ddl_error *error);

/* Checks the signature of a file that is signed as a whole; as ddl_trust_check_file. */
int ddl_session_check(struct ddl_session *session, const char *what, struct ddl_claim *claim, struct ddl_signature *signature,
		      struct ddl_error *error) DDL_MUST_CHECK;

/* How children run, and how the person stops them. */
struct ddl_confine ddl_session_confine(struct ddl_session *session);

/* Nothing of the pack stays staged: it is of no use. */
void ddl_session_drop_repo(struct ddl_session *session, struct ddl_repo *repo);

/* The whole package is not handed over; its files stay staged. */
void ddl_session_drop_whole(struct ddl_session *session, struct ddl_package *package);

/* Unmounts and closes all media; what is needed of them is staged. They open again when asked for. */
void ddl_session_close_media(struct ddl_session *session);

/* What compressed images were unpacked to is no longer held; they are unpacked again where they are wanted. */
void ddl_session_drop_images(struct ddl_session *session);

/* Forgets all looks: what was staged of their packages is given back. Where one left files for lack of time, the next have more. */
void ddl_session_forget_looks(struct ddl_session *session);

/*
 * Commands that change things write a log where none was asked for: <root>/run/ddload/log.
 * That it cannot be written is no reason to leave a machine without its disks: then there is none.
 */
int ddl_session_log_default(struct ddl_session *session, struct ddl_error *error);

/* <root>/run/ddload, or a path below it; false when it does not fit. */
bool ddl_session_run_path(const struct ddl_session *session, char *to, size_t room, const char *below);

#endif
