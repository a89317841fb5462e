/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands: their table, and what each does. All return the exit status. */
#ifndef UI_COMMANDS_H
#define UI_COMMANDS_H

#include "cli.h"
#include "front/front.h"

/* Ends with a row without a name. */
extern const struct command commands[];

enum ddl_status command_prompt(const struct cli *cli);
enum ddl_status command_menu(const struct cli *cli);
enum ddl_status command_list(const struct cli *cli);
enum ddl_status command_verify(const struct cli *cli);
enum ddl_status command_plan(const struct cli *cli);
enum ddl_status command_load(const struct cli *cli);
enum ddl_status command_auto(const struct cli *cli);
enum ddl_status command_install(const struct cli *cli);
enum ddl_status command_status(const struct cli *cli);

/* Screens where they can be had, else plain lines (and with `verbose` the reason on stderr). */
struct front *front_choose(bool plain, enum ddl_colours colours, bool verbose);

/* The error on stderr, and with --json on stdout too; returns its exit status. */
enum ddl_status tell_error(const struct cli *cli, const struct ddl_error *error);

/* Prints and frees the text; NULL: says that memory is short. */
enum ddl_status put_json(const struct cli *cli, char *text);

#endif
