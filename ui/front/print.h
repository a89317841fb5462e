/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the loader knows, as text: for the commands' output and the plain front end. */
#ifndef UI_PRINT_H
#define UI_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "ddl.h"

/* Where text goes and how wide it may be. */
struct print {
	FILE *file;
	unsigned width; /* columns; 0: as long as it wants, for scripts */
	bool verbose;
};

/* A print on the stream, as wide as its terminal (unlimited when it is none). */
struct print print_on(FILE *file, bool verbose);

/* One paragraph, filled, each line indented by so many blanks (where there are any, those after the first by 2 more). */
void print_line(const struct print *print, unsigned indent, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A finished text, which may hold line breaks. */
void print_text(const struct print *print, unsigned indent, const char *text);

void print_blank(const struct print *print);

/* Not print_error: cmocka, which the unit tests link, has one. */
void print_trouble(const struct print *print, const struct ddl_error *error);
/* The same where it is on a page of its own: without the program's name. */
void print_trouble_page(const struct print *print, const struct ddl_error *error);
/* What a run that was killed was about; nothing where none was. */
void print_interrupted(const struct print *print, const struct ddl_machine *machine);
/* The controllers and the disks. */
void print_machine(const struct print *print, const struct ddl_machine *machine);
void print_look(const struct print *print, const struct ddl_look *look, const char *release);
/* Fingerprint, then each package with what the test said. */
void print_tested(const struct print *print, const struct ddl_repo *repo);
/* What the test came to: nothing wrong, damaged, or could not be read; `error` of the test, or NULL. */
void print_verdict(const struct print *print, const struct ddl_repo *repo, const struct ddl_error *error);
/* The checksum files beside the pack, a line each; nothing where there is none. */
void print_sums(const struct print *print, unsigned column, const struct ddl_repo *repo);
/* Whose the key on the disk says it is, and its fingerprint to be compared. */
void print_trust(const struct print *print, const struct ddl_repo *repo);
void print_plan(const struct print *print, const struct ddl_plan *plan);
/* What is in the way, but what `error` has said already. */
void print_refusals(const struct print *print, const struct ddl_plan *plan, const struct ddl_error *error);
void print_outcome(const struct print *print, const struct ddl_outcome *outcome);

/* The kernel's lines of the outcome, then the log that the question has. */
void print_log(const struct print *print, const struct ddl_question *question);

/* Short texts for one line of a list, written to `to`, which is returned. */
char *text_source(char *to, size_t room, const struct ddl_source *source);
/* Where a report may be saved: size, label and the drive's model. */
char *text_place(char *to, size_t room, const struct ddl_source *source);
char *text_repo(char *to, size_t room, const struct ddl_repo *repo);
/* The same, and the file that it is in. */
char *text_pack(char *to, size_t room, const struct ddl_repo *repo);
/* What a page is about, and which of several packs: "Licence (1 of 2)". */
char *text_title(char *to, size_t room, const char *title, const struct ddl_question *question);
/* Who signed it; "" where that need not be said. */
char *text_signature(char *to, size_t room, const struct ddl_repo *repo);
/* "ok", "BAD", "not read" or "not tested". */
const char *text_verdict(const struct ddl_package *package);
/* What the checksum files beside it say, all in all; "" where there is none. */
char *text_sums(char *to, size_t room, const struct ddl_repo *repo);
char *text_disk(char *to, size_t room, const struct ddl_disk *disk);
/*
 * Where a storage controller has no driver: the question whether to go on without one. "" where each has its driver.
 */
char *text_without(char *to, size_t room, const struct ddl_machine *machine);
char *text_version(char *to, size_t room, const struct ddl_loaded_now *now);
/*
 * A line of the table of controllers: "! 00:04.0 1000:0060 storage NO DRIVER Broadcom / LSI MegaRAID SAS 1078"; the
 * device's name is cut in its middle to be within `columns` (0: it is not).
 */
char *text_device(char *to, size_t room, const struct ddl_machine *machine, const struct ddl_device *device, size_t columns);
/* "3 storage and network controllers, 1 without a driver" */
char *text_controllers(char *to, size_t room, const struct ddl_machine *machine);

#endif
