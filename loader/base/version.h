/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this build is. The Makefile has the one place of the version, and passes all three to
 * version.c; built without it they are "unknown". Text for a person, never NULL, not translated.
 */
#ifndef DDL_VERSION_H
#define DDL_VERSION_H

/* As "0.1". */
extern const char ddl_version[];

/*
 * What scripts/commit says: twelve digits, "-dirty" after them where files differ from the commit.
 * "unknown" outside of git and of a released tarball, and in the builds that only tests use.
 */
extern const char ddl_commit[];

/* "NAME VERSION, ..." of the libraries that were linked (static), or compiled against (shared). */
extern const char ddl_libraries[];

#endif
