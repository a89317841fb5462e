// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into the tests' builds of megaraid_sas: gives the driver a symbol for others to use.
 */

#include "exported.h"
#include <linux/module.h>

int megasas_ddl_mark(void)
{
	return DDL_MARK;
}
EXPORT_SYMBOL_GPL(megasas_ddl_mark);
