// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dependent of a dependent: uses a symbol of megasas_user, which uses one of megaraid_sas.
 */

#include "exported.h"
#include <linux/module.h>

static int __init user2_init(void)
{
	pr_info("megasas_user2: count %d\n", megasas_user_count());
	return 0;
}

static void __exit user2_exit(void)
{
	pr_info("megasas_user2: gone\n");
}

module_init(user2_init);
module_exit(user2_exit);

MODULE_DESCRIPTION("A dependent of a dependent of megaraid_sas, for ddload's tests");
MODULE_AUTHOR("the ddload project");
MODULE_VERSION("1.0");
MODULE_LICENSE("GPL");
