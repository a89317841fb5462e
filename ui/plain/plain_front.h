/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the plain front end share: the lines that are typed, choices by number or
 * letter, the questions. There is one plain front end in a program.
 */
#ifndef UI_PLAIN_FRONT_H
#define UI_PLAIN_FRONT_H

#include "front/front.h"

#define PLAIN_ANSWER_ROOM 1024U

extern struct plain {
	struct front front;
	struct print out;
	enum ddl_news news; /* of the list of media that is shown */
} plain;

/* A letter and what it does; a row of them ends with key 0. */
struct choice {
	char key;
	const char *words; /* translated */
	enum ddl_reply reply; /* where that is all it does */
};

/* Forgets what was read and not yet used. */
void plain_input_start(void);

/* The greater news of the list goes before the lesser, in plain.news. */
void plain_hear(struct ddl_question *question);

/* Asks for a line; false at the end of the input or on a signal. */
bool plain_prompt(const char *words);
/* The same, and false when the list is news: then plain.news says so. `question` NULL: there is no list. */
bool plain_prompt_or_news(const char *words, struct ddl_question *question);

/* Was a line typed that nothing has asked for? Does not wait. */
bool plain_typed(void);

/* The line without blanks around it, until the next prompt. */
const char *plain_answer(void);
/* The line as a number 1 ... max, or 0 when it is no such number. */
size_t plain_number(size_t max);
/*
 * Choices are numbered from `before` + 1 on, since so many things stand above them; each has its
 * letter, too. plain_named: the choice that the line names, in either case; NULL: none.
 */
void plain_show_choices(const struct choice *choices, size_t before);
const struct choice *plain_named(const struct choice *choices, size_t before);
void plain_not_understood(void);
/* Asks until one of the choices is named; NULL when there is no answer. */
const struct choice *plain_choose(const struct choice *choices);

/* Asks any question. */
enum ddl_reply plain_ask(struct ddl_question *question);

#endif
