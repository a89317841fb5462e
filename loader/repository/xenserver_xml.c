// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a generation-2 repository: XS-REPOSITORY and XS-PACKAGES in XML. */
#include <stdlib.h>
#include <string.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/path.h"
#include "base/text.h"
#include "base/xml.h"
#include "repository/fingerprint.h"
#include "repository/repository.h"

/* What is written on one package element; becomes a struct ddl_package when all are counted. */
struct draft {
	struct draft *next;
	const char *label, *kernel, *file, *root, *options, *digest;
	enum ddl_package_type type;
	uint64_t size;
	size_t number; /* 1 is the first in the file */
	long line;
};

/* What is put together; the documents' `arg`. */
struct reading {
	struct ddl_repo *repo;
	struct draft *first, **last, *open;
	size_t number; /* of the package that is read */
	struct ddl_left_out left_out;
	const char ***notes;
	size_t *n_notes;
};

static struct reading *of(struct ddl_xml *r)
{
	return r->arg;
}

/* ------------------------------------------------------------ XS-REPOSITORY */

static int repository_element(struct ddl_xml *r)
{
	struct ddl_attribute a[] = {
		{ "originator", DDL_MAX_NAME, NULL },
		{ "name", DDL_MAX_NAME, NULL },
		{ "product", DDL_MAX_NAME, NULL },
		{ "version", DDL_MAX_NAME, NULL },
		{ "build", DDL_MAX_NAME, NULL },
		{ "memory-requirement-mb", DDL_MAX_NAME, NULL },
		{ "enforce-homogeneity", DDL_MAX_NAME, NULL },
		{ "hidden", DDL_MAX_NAME, NULL },
	};
	struct ddl_repo *repo = of(r)->repo;
	const char *memory;

	if (!ddl_xml_is(r, "repository")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <repository> was expected"),
			       r->root_name);
		return ddl_xml_in(r);
	}
	if (ddl_xml_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	repo->originator = ddl_xml_required(r, &a[0]);
	repo->name = repo->originator ? ddl_xml_required(r, &a[1]) : NULL;
	repo->product = repo->name ? ddl_xml_required(r, &a[2]) : NULL;
	repo->version = repo->product ? ddl_xml_required(r, &a[3]) : NULL;
	if (!repo->version)
		return -1;
	repo->build = ddl_xml_optional(&a[4]);
	memory = ddl_xml_optional(&a[5]);
	if (*memory && !ddl_text_number(memory, strlen(memory), INT64_MAX, &repo->memory_mb)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0,
			       _("memory-requirement-mb is \"%s\": a whole number of megabytes was expected"), memory);
		return ddl_xml_in(r);
	}
	if (ddl_xml_bool(r, &a[6], &repo->homogeneous) || ddl_xml_bool(r, &a[7], &repo->hidden))
		return -1;
	repo->identifier = ddl_arena_printf(r->arena, "%s:%s", repo->originator, repo->name);
	return repo->identifier ? 0 : ddl_xml_no_memory(r);
}

static int parse_test(struct ddl_xml *r, const char *text, enum ddl_test *test)
{
	static const char *const names[] = {
		[DDL_TEST_EQ] = "eq", [DDL_TEST_NE] = "ne", [DDL_TEST_LT] = "lt",
		[DDL_TEST_GT] = "gt", [DDL_TEST_LE] = "le", [DDL_TEST_GE] = "ge",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*test = (enum ddl_test)i;
			return 0;
		}
	}
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("test is \"%s\": eq, ne, lt, gt, le or ge was expected"), text);
	return ddl_xml_in(r);
}

static int requires_element(struct ddl_xml *r)
{
	struct ddl_attribute a[] = {
		{ "originator", DDL_MAX_NAME, NULL }, { "name", DDL_MAX_NAME, NULL }, { "version", DDL_MAX_NAME, NULL },
		{ "build", DDL_MAX_NAME, NULL },      { "test", DDL_MAX_NAME, NULL },
	};
	struct ddl_requires *requires;
	const char *name, *version, *test;
	enum ddl_test parsed = DDL_TEST_EQ;

	r->element = DDL_XML_REQUIRES;
	if (of(r)->repo->n_requires >= DDL_MAX_REQUIRES) {
		(void)ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("more than %u of them"), DDL_MAX_REQUIRES);
		return ddl_xml_in(r);
	}
	if (ddl_xml_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	name = ddl_xml_required(r, &a[1]);
	version = name ? ddl_xml_required(r, &a[2]) : NULL;
	test = version ? ddl_xml_required(r, &a[4]) : NULL;
	if (!test || parse_test(r, test, &parsed))
		return -1;
	if (!ddl_xenserver_version_valid(version)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0,
			       _("version is \"%s\": numbers with dots or hyphens between them were expected"), version);
		return ddl_xml_in(r);
	}
	requires = ddl_arena_push(r->arena, &of(r)->repo->requires, &of(r)->repo->n_requires, sizeof(*requires));
	if (!requires)
		return ddl_xml_no_memory(r);
	*requires = (struct ddl_requires){ ddl_xml_optional(&a[0]), name, version, ddl_xml_optional(&a[3]), parsed };
	r->element = DDL_XML_ROOT;
	return 0;
}

static int repository_begin(struct ddl_xml *r)
{
	if (r->depth == 1)
		return repository_element(r);
	if (r->depth == 2 && ddl_xml_is(r, "requires"))
		return requires_element(r);
	if (r->depth == 2 && ddl_xml_is(r, "description") && !of(r)->repo->description)
		ddl_xml_text_begin(r);
	return 0;
}

static int description_end(struct ddl_xml *r)
{
	return ddl_xml_text_end(r, "<description>", DDL_MAX_TEXT, &of(r)->repo->description);
}

/* -------------------------------------------------------------- XS-PACKAGES */

static int parse_type(struct ddl_xml *r, const char *text, enum ddl_package_type *type)
{
	static const char *const names[] = {
		[DDL_PKG_DRIVER_RPM] = "driver-rpm", [DDL_PKG_RPM] = "rpm",           [DDL_PKG_TBZ2] = "tbz2",
		[DDL_PKG_DRIVER] = "driver",         [DDL_PKG_FIRMWARE] = "firmware",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*type = (enum ddl_package_type)i;
			return 0;
		}
	}
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("type is \"%s\": driver-rpm, rpm, tbz2, driver or firmware was expected"),
		       text);
	return ddl_xml_in(r);
}

static int parse_md5(struct ddl_xml *r, const char *text, const char **digest)
{
	char hex[DDL_DIGEST_HEX];

	if (!ddl_digest_read(hex, text, DDL_MD5)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("md5 is \"%s\": 32 hexadecimal digits were expected"), text);
		return ddl_xml_in(r);
	}
	*digest = ddl_arena_dup(r->arena, hex);
	return *digest ? 0 : ddl_xml_no_memory(r);
}

/* Where a tbz2 or driver is unpacked to: below the root directory, whose own name is "". */
static int parse_root(struct ddl_xml *r, const char *text, const char **root)
{
	char clean[DDL_MAX_PATH];

	if (strspn(text, "/.") == strlen(text) && !strstr(text, "..")) {
		*root = "";
		return 0;
	}
	if (!ddl_path_clean(clean, sizeof(clean), text)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("root is \"%s\": a directory without \"..\" was expected"), text);
		return ddl_xml_in(r);
	}
	*root = ddl_arena_dup(r->arena, clean);
	return *root ? 0 : ddl_xml_no_memory(r);
}

static void name_package(struct ddl_xml *r, size_t number, const char *label)
{
	r->element = DDL_XML_PACKAGE;
	r->number = number;
	r->label = label;
}

/* One that the product would pass over, and take the others. */
static int leave_out(struct ddl_xml *r)
{
	struct reading *reading = of(r);

	return ddl_repo_leave_out(r->arena, &reading->left_out, reading->notes, reading->n_notes, r->error) ?
		       ddl_xml_no_memory(r) :
		       1;
}

/* The fields of `a` in the order of package_begin. 1: it is left out. */
static int package_fields(struct ddl_xml *r, struct draft *draft, const struct ddl_attribute *a)
{
	const char *type, *size, *md5;

	draft->label = ddl_xml_required(r, &a[0]);
	type = draft->label ? ddl_xml_required(r, &a[1]) : NULL;
	if (!type)
		return -1;
	if (parse_type(r, type, &draft->type) || (draft->type == DDL_PKG_DRIVER_RPM && !ddl_xml_required(r, &a[4])))
		return leave_out(r);
	size = ddl_xml_required(r, &a[2]);
	if (!size || ddl_xml_size(r, size, &draft->size))
		return -1;
	md5 = ddl_xml_required(r, &a[3]);
	if (!md5 || parse_md5(r, md5, &draft->digest))
		return -1;
	draft->kernel = ddl_xml_optional(&a[4]);
	draft->root = "";
	if (draft->type == DDL_PKG_TBZ2 || draft->type == DDL_PKG_DRIVER) {
		if (!ddl_xml_required(r, &a[5]) || parse_root(r, a[5].value, &draft->root))
			return -1;
	}
	draft->options = ddl_xml_optional(&a[6]);
	return 0;
}

/* Elements that are not packages are passed over, their insides are not. */
static int package_begin(struct ddl_xml *r)
{
	struct ddl_attribute a[] = {
		{ "label", DDL_MAX_NAME, NULL },   { "type", DDL_MAX_NAME, NULL },   { "size", DDL_MAX_NAME, NULL },
		{ "md5", DDL_MAX_NAME, NULL },     { "kernel", DDL_MAX_NAME, NULL }, { "root", DDL_MAX_PATH - 1, NULL },
		{ "options", DDL_MAX_TEXT, NULL },
	};
	size_t number = of(r)->number + 1;
	struct draft *draft;
	int result;

	if (!ddl_xml_is(r, "package"))
		return 0;
	name_package(r, number, NULL);
	if (of(r)->open) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("it stands inside another package"));
		return ddl_xml_in(r);
	}
	if (number > DDL_MAX_PACKAGES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u packages"), r->blob->name, DDL_MAX_PACKAGES);
	if (ddl_xml_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	r->label = a[0].value;
	draft = ddl_arena_alloc(r->arena, 1, sizeof(*draft));
	if (!draft)
		return ddl_xml_no_memory(r);
	of(r)->number = number;
	result = package_fields(r, draft, a);
	if (result)
		return result < 0 ? -1 : 0;
	draft->number = number;
	draft->line = r->line;
	of(r)->repo->n_packages++;
	of(r)->open = *of(r)->last = draft;
	of(r)->last = &draft->next;
	ddl_xml_text_begin(r);
	return 0;
}

/* The file name is the element's text. It is used to open a file, so cleaning may not change it. */
static int package_end(struct ddl_xml *r)
{
	struct draft *draft = of(r)->open;
	const char *start = r->text, *text;

	of(r)->open = NULL;
	r->line = draft->line;
	if (ddl_xml_text_end(r, "<package>", DDL_MAX_PATH - 1, &text))
		return -1;
	if (!*text) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the file name is missing"));
		return ddl_xml_in(r);
	}
	while (ddl_text_is_blank(*start))
		start++;
	if (strncmp(start, text, strlen(text)) != 0) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the file name \"%s\" holds characters that cannot be shown"),
			       text);
		return ddl_xml_in(r);
	}
	if (ddl_xml_path(r, text, &draft->file))
		return -1;
	r->element = DDL_XML_ROOT;
	return 0;
}

static int by_file(const void *a, const void *b)
{
	const struct draft *one = *(const struct draft *const *)a, *two = *(const struct draft *const *)b;
	int order = strcmp(one->file, two->file);

	return order ? order : (one->number > two->number) - (one->number < two->number);
}

/* The same file twice would be read twice and could carry two checksums. */
static int refuse_repeats(struct ddl_xml *r)
{
	size_t n = of(r)->repo->n_packages, i = 0;
	DDL_FREE const struct draft **sorted = calloc(n ? n : 1, sizeof(const struct draft *));

	if (!sorted)
		return ddl_xml_no_memory(r);
	for (const struct draft *draft = of(r)->first; draft; draft = draft->next)
		sorted[i++] = draft;
	qsort(sorted, n, sizeof(const struct draft *), by_file);
	for (i = 1; i < n; i++) {
		if (strcmp(sorted[i - 1]->file, sorted[i]->file) != 0)
			continue;
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("\"%s\" was named by package %zu already"), sorted[i]->file,
			       sorted[i - 1]->number);
		name_package(r, sorted[i]->number, sorted[i]->label);
		r->line = sorted[i]->line;
		return ddl_xml_in(r);
	}
	return 0;
}

static int keep_packages(struct ddl_xml *r)
{
	struct ddl_package *package = ddl_arena_alloc(r->arena, of(r)->repo->n_packages, sizeof(*package));

	if (!package)
		return ddl_xml_no_memory(r);
	of(r)->repo->packages = package;
	for (const struct draft *draft = of(r)->first; draft; draft = draft->next, package++) {
		package->label = draft->label;
		package->type = draft->type;
		package->kernel = draft->kernel;
		package->file = draft->file;
		package->root = draft->root;
		package->options = draft->options;
		package->size = draft->size;
		package->digest = draft->digest;
		package->version = "";
	}
	return 0;
}

/* ---------------------------------------------------------- the repository */

static int read_repository(struct ddl_xml *r, const struct ddl_blob *blob)
{
	if (ddl_xml_read(r, blob, repository_begin, description_end))
		return -1;
	if (of(r)->repo->description && *of(r)->repo->description)
		return 0;
	return ddl_fail(r->error, DDL_E_METADATA, 0, _("%s: the element description is missing or empty"), blob->name);
}

static int read_packages(struct ddl_xml *r, const struct ddl_blob *blob)
{
	of(r)->last = &of(r)->first;
	if (ddl_xml_read(r, blob, package_begin, package_end))
		return -1;
	if (ddl_repo_left_out(r->arena, &of(r)->left_out, of(r)->repo, of(r)->notes, of(r)->n_notes, r->error))
		return -1;
	if (!of(r)->repo->n_packages && strcmp(r->root_name, "packages") != 0)
		return ddl_fail(r->error, DDL_E_METADATA, 0, _("%s: there is no package inside <%s>"), blob->name, r->root_name);
	return refuse_repeats(r) || keep_packages(r) ? -1 : 0;
}

int ddl_repo_parse_xml(struct ddl_arena *arena, const char *directory, const struct ddl_blob *repository,
		       const struct ddl_blob *packages, struct ddl_repo *repo, const char ***notes, size_t *n_notes,
		       struct ddl_error *error)
{
	struct reading reading = { .repo = repo, .notes = notes, .n_notes = n_notes };
	struct ddl_error unheard = DDL_ERROR_INIT;
	DDL_FREE struct ddl_xml *r = ddl_xml_new(arena, &reading, error ? error : &unheard);

	if (!r)
		return -1;
	*repo = (struct ddl_repo){ .family = DDL_FAMILY_XENSERVER_XML, .where = "" };
	if (read_repository(r, repository) || read_packages(r, packages))
		return -1;
	repo->directory = ddl_arena_dup(arena, directory);
	repo->fingerprint = ddl_fingerprint_md5(arena, repository, packages);
	return repo->directory && repo->fingerprint ? 0 : ddl_xml_no_memory(r);
}
