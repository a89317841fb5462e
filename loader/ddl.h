/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's one public header, a face over model/: what a front end is shown and gives
 * stands there, here is what it may call.
 *
 * Data flows one way: source -> medium -> repository -> package -> module -> plan ->
 * outcome. Everything pointed to by the structs here belongs to the session (or to
 * the look, machine, plan or outcome it was got from) and is read-only for a front end.
 * Strings are UTF-8, already cleaned for showing, never NULL unless said so.
 */
#ifndef DDL_H
#define DDL_H

#include "base/error.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "model/describe.h"
#include "model/frontend.h"
#include "model/json_output.h"
#include "model/model.h"

/* ----------------------------------------------------------------- sessions */

/*
 * `options` and `front` are copied, what they point to must outlive the session.
 * NULL and an error when memory, the log or --root cannot be had.
 */
struct ddl_session *ddl_session_new(const struct ddl_options *options, const struct ddl_front *front, struct ddl_error *error);

/* Unmounts, closes and frees everything; safe after any failure. NULL allowed. */
void ddl_session_free(struct ddl_session *session);

/* The machine as it is now; valid until the next call. NULL and an error. */
const struct ddl_machine *ddl_session_machine(struct ddl_session *session, struct ddl_error *error);

/* Block devices worth offering, probed; valid until the next call. -1 and an error. */
int ddl_session_sources(struct ddl_session *session, struct ddl_source ***sources, size_t *count, struct ddl_error *error);
/* What is to be said of those that there was no room for, as a NOTE has; translated. NULL: nothing. */
const char *ddl_session_left_out(const struct ddl_session *session);

/*
 * The source named by a SOURCE word (device, LABEL=, UUID=, directory, file, address).
 * NULL and DDL_E_NO_SOURCE when there is none, DDL_E_SOURCES when there are several. "any" is the caller's loop over sources.
 */
struct ddl_source *ddl_session_source(struct ddl_session *session, const char *word, struct ddl_error *error);

/*
 * What is on the source: repositories, and with options.inspect what their packages
 * for this kernel hold and whether it fits. Always gives a look unless memory is short;
 * its `trouble` says why nothing was read. Valid for the life of the session.
 */
struct ddl_look *ddl_session_look(struct ddl_session *session, struct ddl_source *source, struct ddl_error *error);

/*
 * Reads and tests every package of the pack that was not tested yet, and the whole file that it
 * is in where a checksum of that lies beside it. -1 with the first fault; all packages are tested
 * all the same and each has its own `trouble`.
 */
int ddl_session_test(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error);

/*
 * Holds the pack against options.fingerprint: 0 when it is the same or none was given, else -1,
 * DDL_E_FINGERPRINT, or DDL_E_FINGERPRINT_FILE where it is the checksum of the file that the pack is in; DDL_E_SUM where a checksum file beside it was seen to differ.
 */
int ddl_compare_fingerprint(struct ddl_session *session, const struct ddl_repo *repo, struct ddl_error *error);

/*
 * The file whose checksum, MD5 or SHA-256, a person took for the fingerprint of the pack in it; NULL: it is of none.
 * Of a SHA-256 32 digits will do. Files are read for that. Valid as the session is.
 */
const char *ddl_fingerprint_is_file(struct ddl_session *session, const struct ddl_repo *repo, const char *digits);

/*
 * Is the pack loaded where nobody chooses? Firmware and settings alone go with what is needed, wherever that is, and
 * are taken by themselves where a controller's driver is loaded and has passed it over.
 */
bool ddl_set_takes(struct ddl_session *session, struct ddl_look *const *looks, size_t n_looks, const struct ddl_repo *repo,
		   enum ddl_fit least);

/*
 * Makes one set of the packs that were chosen: without those of which all is there in a version that goes before it,
 * and with those of the other packs that were found that they need something of. -1 and the error.
 */
int ddl_set_complete(struct ddl_session *session, struct ddl_repo *const *chosen, size_t count, struct ddl_set *set,
		     struct ddl_error *error);

/*
 * Gives each pack that was looked at what stands against it besides its fit (`against`), in the words of a plan. Other
 * media may be looked at, to know what is being installed. -1 and the error.
 */
int ddl_session_judge(struct ddl_session *session, struct ddl_error *error);

/* What loading these packs would do. NULL and an error only when memory is short. */
struct ddl_plan *ddl_session_plan(struct ddl_session *session, const struct ddl_set *set, struct ddl_error *error);

/*
 * The flows. Each asks through the front end and returns the exit status.
 * `words` are SOURCE words; none: the person chooses.
 * The last outcome stays readable through ddl_session_outcome.
 */
enum ddl_status ddl_flow_load(struct ddl_session *session, const char *const *words, size_t count, struct ddl_error *error);
enum ddl_status ddl_flow_verify(struct ddl_session *session, const char *word, struct ddl_error *error);

/*
 * Hands over an outcome that says that nothing was loaded, and why: for what fails before a
 * flow begins, where nobody is there to read it. The flow does that for what fails later.
 */
void ddl_session_refused(struct ddl_session *session, struct ddl_error *error);

/* The last outcome; NULL when nothing was applied or refused. */
const struct ddl_outcome *ddl_session_outcome(const struct ddl_session *session);

/*
 * All that somebody far away needs to know what happened here: the machine, the last outcome, the
 * log, the kernel's lines, the packs' metadata; no contents of packs. Cleaned, lines ended by line
 * feeds, to be freed with free(); NULL: no memory.
 */
char *ddl_report_text(struct ddl_session *session);

/*
 * The sources that a report may be saved onto, removable ones first: the others are disks of this server, which are not
 * written to without a question. -1 and the error.
 */
int ddl_report_places(struct ddl_session *session, struct ddl_source ***places, size_t *count, struct ddl_error *error);

/*
 * Saves a report on the source, in two new files at its top: one to be read, whose name is written to `name`, and one of
 * the same name in JSON. The one thing that is ever written to a medium. -1 and the error.
 */
int ddl_report_save(struct ddl_session *session, const struct ddl_source *place, char *name, size_t room,
		    struct ddl_error *error);

#endif
