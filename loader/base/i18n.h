/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door for sentences that a person reads: _("…") is looked up in the
 * catalogue in force; N_("…") marks a constant that is looked up when it is shown.
 */
#ifndef DDL_I18N_H
#define DDL_I18N_H

/* The translation of msgid, or msgid itself. Never NULL; lives as long as the program. */
const char *ddl_tr(const char *msgid) __attribute__((format_arg(1), returns_nonnull));

/* One of two forms by count; `count` is what the sentence counts. */
const char *ddl_trn(const char *one, const char *many, unsigned long count)
	__attribute__((format_arg(1), format_arg(2), returns_nonnull));

/*
 * Sets the function that finds translations (NULL: none, the program's own English).
 * It returns NULL where it has none, and the English is used.
 */
typedef const char *(*ddl_catalogue)(const char *msgid, unsigned long count);
void ddl_set_catalogue(ddl_catalogue find);

#define _(text) ddl_tr(text)
#define N_(text) text

#endif
