/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this build is, as the Makefile says. */
#include "base/version.h"

#ifndef DDL_VERSION
#define DDL_VERSION "unknown"
#endif
#ifndef DDL_COMMIT
#define DDL_COMMIT "unknown"
#endif
#ifndef DDL_LIBRARIES
#define DDL_LIBRARIES "unknown"
#endif

const char ddl_version[] = DDL_VERSION;
const char ddl_commit[] = DDL_COMMIT;
const char ddl_libraries[] = DDL_LIBRARIES;
