// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes what a child tells: what is taken is written and read again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "model/marshal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void code(struct ddl_marshal *marshal, bool is_repo, struct ddl_repo *repo, struct ddl_package *package)
{
	if (is_repo)
		ddl_marshal_repo(marshal, repo);
	else
		ddl_marshal_package(marshal, package);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_repo repo = { .n_packages = 0 }, repo_again = { .n_packages = 0 };
	struct ddl_package package = { .n_files = 0 }, package_again = { .n_files = 0 };
	struct ddl_marshal in, out = ddl_marshal_writer(), again, second = ddl_marshal_writer();
	bool is_repo;

	if (!size || !arena)
		goto end;
	is_repo = data[0] & 1;
	in = ddl_marshal_reader(data + 1, size - 1, arena);
	code(&in, is_repo, &repo, &package);
	if (in.used > size - 1)
		abort();
	if (in.failed)
		goto end;
	if (package.n_files > size || package.n_modules > size || repo.n_packages > size)
		abort();
	code(&out, is_repo, &repo, &package);
	again = ddl_marshal_reader(out.bytes, out.used, arena);
	code(&again, is_repo, &repo_again, &package_again);
	if (out.failed || again.failed || again.used != out.used)
		abort();
	code(&second, is_repo, &repo_again, &package_again); /* clean text stays as it is */
	if (second.failed || second.used != out.used || memcmp(second.bytes, out.bytes, out.used) != 0)
		abort();
end:
	free(out.bytes);
	free(second.bytes);
	ddl_arena_free(arena);
	return 0;
}
