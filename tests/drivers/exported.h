/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests' builds of megaraid_sas and megasas_user export to those that depend on them.
 */
#ifndef DDL_EXPORTED_H
#define DDL_EXPORTED_H

/* In megaraid_sas: a number that differs from build to build. */
int megasas_ddl_mark(void);

/* In megasas_user: how often it was asked. */
int megasas_user_count(void);

#endif
