// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module that uses a symbol of megaraid_sas, so that it is a dependent which must be
 * unloaded before that driver and loaded after it. The symbol is there in the builds of the
 * driver that the step test-drivers makes (exported.h); Debian's own build exports none.
 */

#include "exported.h"
#include <linux/module.h>

static int asked;

int megasas_user_count(void)
{
	return ++asked;
}
EXPORT_SYMBOL_GPL(megasas_user_count);

static int __init user_init(void)
{
	pr_info("megasas_user: the driver's mark is %d\n", megasas_ddl_mark());
	return 0;
}

static void __exit user_exit(void)
{
	pr_info("megasas_user: gone\n");
}

module_init(user_init);
module_exit(user_exit);

MODULE_DESCRIPTION("A dependent of megaraid_sas, for ddload's tests");
MODULE_AUTHOR("the ddload project");
MODULE_VERSION("1.0");
MODULE_LICENSE("GPL");
