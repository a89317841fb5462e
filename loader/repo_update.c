// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a generation-3 repository: update.xml, repomd.xml and the group file, then what they name. */
#include "repo_update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "path.h"
#include "plain_name.h"
#include "text.h"
#include "xml.h"

const char ddl_update_name[] = "update.xml";
const char ddl_repomd_name[] = "repodata/repomd.xml";
static const char group_name[] = "drivers";

static int read_one(struct ddl_arena *arena, const struct ddl_blob *blob, void *arg, int (*begin)(struct ddl_xml *r),
		    int (*end)(struct ddl_xml *r), struct ddl_error *error)
{
	struct ddl_xml *r = calloc(1, sizeof(*r));
	int result;

	if (!r)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blob->name);
	r->arena = arena;
	r->arg = arg;
	r->error = error;
	result = ddl_xml_read(r, blob, begin, end);
	free(r);
	return result;
}

/* --------------------------------------------------------------- update.xml */

static int update_element(struct ddl_xml *r)
{
	struct ddl_attribute a[] = {
		{ "name-label", DDL_MAX_NAME, NULL },
		{ "uuid", DDL_MAX_NAME, NULL },
		{ "version", DDL_MAX_NAME, NULL },
		{ "key", DDL_MAX_NAME, NULL },
		{ "enforce-homogeneity", DDL_MAX_NAME, NULL },
	};
	struct ddl_repo *repo = r->arg;

	if (!ddl_xml_is(r, "update")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <update> was expected"), r->root_name);
		return ddl_xml_in(r);
	}
	if (ddl_xml_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	repo->identifier = repo->name = ddl_xml_required(r, &a[0]);
	repo->uuid = repo->name ? ddl_xml_required(r, &a[1]) : NULL;
	if (!repo->uuid)
		return -1;
	repo->version = ddl_xml_optional(&a[2]);
	repo->key = ddl_xml_optional(&a[3]);
	if (*repo->key && ddl_xml_path(r, repo->key, &repo->key))
		return -1;
	return ddl_xml_bool(r, &a[4], &repo->homogeneous);
}

static int update_begin(struct ddl_xml *r)
{
	const struct ddl_repo *repo = r->arg;

	if (r->depth == 1)
		return update_element(r);
	if (r->depth == 2 && ddl_xml_is(r, "name-description") && !repo->description)
		ddl_xml_text_begin(r);
	return 0;
}

static int update_end(struct ddl_xml *r)
{
	struct ddl_repo *repo = r->arg;

	return ddl_xml_text_end(r, "<name-description>", DDL_MAX_TEXT, &repo->description);
}

int ddl_update_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repo *repo,
		     struct ddl_error *error)
{
	if (read_one(arena, blob, repo, update_begin, update_end, error) < 0)
		return -1;
	if (!repo->description || !*repo->description)
		repo->description = repo->name;
	return 0;
}

/* --------------------------------------------------------------- repomd.xml */

struct repomd_reading {
	struct ddl_repomd *repomd;
	struct ddl_repomd_file *file; /* of the <data> that is open; NULL: of no type that is read */
	struct ddl_repomd_file draft;
	const char *type;             /* of the checksum */
	enum { IN_SUM, IN_OPEN_SUM, IN_SIZE, IN_OPEN_SIZE } text;
};

/* The group file is there as it is, and packed as well: one of them is enough. */
static int data_element(struct ddl_xml *r, struct repomd_reading *reading)
{
	struct ddl_attribute type = { "type", DDL_MAX_NAME, NULL };

	if (ddl_xml_attributes(r, &type, 1))
		return -1;
	reading->file = NULL;
	if (!type.value)
		return 0;
	if (strcmp(type.value, "primary") == 0)
		reading->file = &reading->repomd->primary;
	else if (strcmp(type.value, "group") == 0 ||
		 (!reading->repomd->group.href && ddl_text_starts(type.value, "group_")))
		reading->file = &reading->repomd->group;
	if (reading->file)
		*reading->file = (struct ddl_repomd_file){ .size = UINT64_MAX, .open_size = UINT64_MAX };
	return 0;
}

static int repomd_begin(struct ddl_xml *r)
{
	struct repomd_reading *reading = r->arg;
	struct ddl_attribute a[] = { { "type", DDL_MAX_NAME, NULL }, { "href", DDL_MAX_PATH - 1, NULL } };
	bool sum = ddl_xml_is(r, "checksum");

	if (r->depth == 1 && !ddl_xml_is(r, "repomd")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <repomd> was expected"), r->root_name);
		return ddl_xml_in(r);
	}
	if (r->depth == 2)
		reading->file = NULL;
	if (r->depth == 2 && ddl_xml_is(r, "data"))
		return data_element(r, reading);
	if (r->depth != 3 || !reading->file)
		return 0;
	if (ddl_xml_is(r, "location"))
		return ddl_xml_attributes(r, a, 2) || !ddl_xml_required(r, &a[1]) ||
		       ddl_xml_path(r, a[1].value, &reading->file->href) ? -1 : 0;
	if (sum || ddl_xml_is(r, "open-checksum")) {
		reading->text = sum ? IN_SUM : IN_OPEN_SUM;
		if (ddl_xml_attributes(r, a, 1))
			return -1;
		reading->type = ddl_xml_optional(&a[0]);
		ddl_xml_text_begin(r);
	} else if (ddl_xml_is(r, "size") || ddl_xml_is(r, "open-size")) {
		reading->text = ddl_xml_is(r, "size") ? IN_SIZE : IN_OPEN_SIZE;
		ddl_xml_text_begin(r);
	}
	return 0;
}

static int repomd_end(struct ddl_xml *r)
{
	struct repomd_reading *reading = r->arg;
	const char *text;

	if (ddl_xml_text_end(r, "<data>", DDL_MAX_NAME, &text))
		return -1;
	if (reading->text == IN_SIZE || reading->text == IN_OPEN_SIZE)
		return ddl_xml_size(r, text, reading->text == IN_SIZE ? &reading->file->size : &reading->file->open_size);
	return ddl_xml_sha256(r, reading->type, text,
			      reading->text == IN_SUM ? &reading->file->sum : &reading->file->open_sum);
}

int ddl_repomd_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repomd *repomd,
		     struct ddl_error *error)
{
	struct repomd_reading reading = { .repomd = repomd };
	const struct ddl_repomd_file *const files[] = { &repomd->primary, &repomd->group };

	*repomd = (struct ddl_repomd){ .primary.href = NULL };
	if (read_one(arena, blob, &reading, repomd_begin, repomd_end, error) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (!files[i]->href != !files[i]->sum)
			return ddl_fail(error, DDL_E_METADATA, 0, _("%s: what it says of %s is not whole"), blob->name,
					i ? "group" : "primary");
	if (!repomd->primary.href)
		return ddl_fail(error, DDL_E_METADATA, 0, _("%s: it lists no packages (primary)"), blob->name);
	return 0;
}

/* -------------------------------------------------------------------- comps */

struct comps_reading {
	const char **names;
	size_t count;
	bool wanted, found;       /* this group is it; there is one */
	enum { IN_OTHER, IN_ID, IN_PACKAGE } text;
};

static int comps_begin(struct ddl_xml *r)
{
	struct comps_reading *reading = r->arg;
	struct ddl_attribute type = { "type", DDL_MAX_NAME, NULL };

	if (r->depth == 2)
		reading->wanted = false;
	if (r->text_depth) /* an element inside the text: it stays what it is */
		return 0;
	reading->text = IN_OTHER;
	if (r->depth == 3 && ddl_xml_is(r, "id")) {
		reading->text = IN_ID;
	} else if (r->depth == 4 && reading->wanted && ddl_xml_is(r, "packagereq")) {
		if (ddl_xml_attributes(r, &type, 1))
			return -1;
		if (!type.value || strcmp(type.value, "mandatory") == 0 || strcmp(type.value, "default") == 0) {
			reading->text = IN_PACKAGE;
		} else if (strcmp(type.value, "optional") != 0 && strcmp(type.value, "conditional") != 0) {
			(void)ddl_fail(r->error, DDL_E_METADATA, 0,
				       _("type is \"%s\": mandatory, default, optional or conditional was expected"), type.value);
			return ddl_xml_in(r);
		}
	}
	if (reading->text != IN_OTHER)
		ddl_xml_text_begin(r);
	return 0;
}

static int comps_end(struct ddl_xml *r)
{
	struct comps_reading *reading = r->arg;
	const char *text, **slot;

	if (ddl_xml_text_end(r, "<group>", DDL_MAX_NAME, &text))
		return -1;
	if (reading->text == IN_ID) {
		reading->wanted = strcmp(text, group_name) == 0;
		reading->found = reading->found || reading->wanted;
		return 0;
	}
	if (reading->count >= DDL_MAX_PACKAGES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u packages"), r->blob->name, DDL_MAX_PACKAGES);
	slot = ddl_arena_push(r->arena, &reading->names, &reading->count, sizeof(*slot));
	if (!slot)
		return ddl_xml_no_memory(r);
	*slot = text;
	return 0;
}

int ddl_comps_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char ***names, size_t *count,
		    bool *found, struct ddl_error *error)
{
	struct comps_reading reading = { .count = 0 };
	int result = read_one(arena, blob, &reading, comps_begin, comps_end, error);

	*names = reading.names;
	*count = reading.count;
	*found = reading.found;
	if (result == 0 && reading.found && !reading.count)
		return ddl_fail(error, DDL_E_METADATA, 0, _("%s: its group \"%s\" names no package"), blob->name, group_name);
	return result;
}

/* ---------------------------------------------------------- the repository */

/* The blob of this name below the directory; NULL: it was not read. */
static const struct ddl_blob *find(const struct ddl_blob *blobs, size_t n_blobs, const char *directory, const char *name)
{
	size_t n = strlen(directory), skip = n ? n + 1 : 0;

	for (size_t i = 0; i < n_blobs; i++)
		if (strncmp(blobs[i].name, directory, n) == 0 && (!n || blobs[i].name[n] == '/') &&
		    strcasecmp(blobs[i].name + skip, name) == 0)
			return &blobs[i];
	return NULL;
}

bool ddl_update_may_be(const char *wanted, const char *name)
{
	static const char listed[] = "repodata/";
	const size_t n_listed = sizeof(listed) - 1;
	const char *base = ddl_path_base(wanted);
	size_t n = (size_t)(base - wanted);

	if (strncasecmp(wanted, name, n) != 0 || ddl_path_base(name) != name + n)
		return false;
	return (n >= n_listed && strncasecmp(base - n_listed, listed, n_listed) == 0) || ddl_plain_name(base, name + n);
}

/* The same for a file of repomd.xml, also under another name, and for a key, which has no checksum. */
static const struct ddl_blob *find_listed(const struct ddl_blob *blobs, size_t n_blobs, const char *directory,
					  const char *name, const char *sum)
{
	const struct ddl_blob *blob = find(blobs, n_blobs, directory, name);
	size_t n = strlen(directory), skip = n ? n + 1 : 0;
	char hex[DDL_SHA256_HEX];

	for (size_t i = 0; i < n_blobs && !blob; i++) {
		if (blobs[i].too_large || strncmp(blobs[i].name, directory, n) != 0 || (n && blobs[i].name[n] != '/') ||
		    !ddl_update_may_be(name, blobs[i].name + skip))
			continue;
		if (sum)
			ddl_repomd_sum(&blobs[i], hex);
		if (!sum || strcmp(hex, sum) == 0)
			blob = &blobs[i];
	}
	return blob;
}

/* Kept for the hand-off under the name that the metadata gives. */
static int keep(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_blob *blob, const char *name)
{
	struct ddl_metadata *metadata;

	if (!blob || blob->too_large)
		return 0;
	metadata = ddl_arena_push(arena, &repo->metadata, &repo->n_metadata, sizeof(*metadata));
	if (!metadata)
		return -1;
	*metadata = (struct ddl_metadata){ name, blob->bytes, blob->length };
	return 0;
}

static int keep_all(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const struct ddl_repomd *repomd,
		    struct ddl_repo *repo)
{
	const char *const names[] = { ddl_update_name, ddl_repomd_name, "repodata/repomd.xml.asc" };
	const struct { const char *name, *sum; } listed[] = {
		{ repomd->primary.href, repomd->primary.sum }, { repomd->group.href, repomd->group.sum }, { repo->key, NULL },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (keep(arena, repo, find(blobs, n_blobs, repo->directory, names[i]), names[i]) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++)
		if (*listed[i].name && keep(arena, repo, find_listed(blobs, n_blobs, repo->directory, listed[i].name, listed[i].sum),
					    listed[i].name) < 0)
			return -1;
	return 0;
}

static const char *fingerprint(struct ddl_arena *arena, const struct ddl_blob *blob)
{
	char hex[DDL_SHA256_HEX];

	ddl_repomd_sum(blob, hex);
	return ddl_arena_dup(arena, hex);
}

/* 0: a driver disk, its drivers are in `names`; 1: it has none. */
static int read_group(struct ddl_arena *arena, const struct ddl_blob *blob, const struct ddl_repomd *repomd,
		      const char ***names, size_t *count, struct ddl_error *error)
{
	struct ddl_blob opened;
	bool found = false;
	int result = ddl_repomd_open(blob, &repomd->group, &opened, error);

	if (result == 0)
		result = ddl_comps_parse(arena, &opened, names, count, &found, error);
	free((void *)(uintptr_t)opened.bytes);
	return result < 0 ? -1 : !found;
}

static int read_primary(struct ddl_arena *arena, const struct ddl_blob *blob, const struct ddl_repomd *repomd,
			const char *const *names, size_t count, struct ddl_repo *repo, const char ***notes,
			size_t *n_notes, struct ddl_error *error)
{
	struct ddl_blob opened;
	int result = ddl_repomd_open(blob, &repomd->primary, &opened, error);

	if (result == 0)
		result = ddl_primary_parse(arena, &opened, names, count, repo, notes, n_notes, error);
	free((void *)(uintptr_t)opened.bytes);
	return result;
}

int ddl_repo_parse_update(struct ddl_arena *arena, const char *directory, const struct ddl_blob *blobs, size_t n_blobs,
			  struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error)
{
	const struct ddl_blob *update = find(blobs, n_blobs, directory, ddl_update_name);
	const struct ddl_blob *list = find(blobs, n_blobs, directory, ddl_repomd_name);
	struct ddl_repomd repomd;
	const char **names;
	size_t count;
	int result;

	*repo = (struct ddl_repo){ .generation = DDL_GEN_UPDATE, .where = "", .originator = "", .product = "", .build = "" };
	if (ddl_update_parse(arena, update, repo, error) < 0)
		return -1;
	if (!list)
		return ddl_fail(error, DDL_E_LIST, 0, _("%s has no %s beside it"), update->name, ddl_repomd_name);
	if (ddl_repomd_parse(arena, list, &repomd, error) < 0)
		return -1;
	if (!repomd.group.href)
		return 1;
	result = read_group(arena, find_listed(blobs, n_blobs, directory, repomd.group.href, repomd.group.sum), &repomd, &names, &count, error);
	if (result)
		return result;
	if (read_primary(arena, find_listed(blobs, n_blobs, directory, repomd.primary.href, repomd.primary.sum), &repomd, names,
			 count, repo, notes, n_notes, error) < 0)
		return -1;
	repo->directory = ddl_arena_dup(arena, directory);
	repo->fingerprint = fingerprint(arena, list);
	if (!repo->directory || !repo->fingerprint || keep_all(arena, blobs, n_blobs, &repomd, repo) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", update->name);
	return 0;
}

static int add_file(struct ddl_arena *arena, const char ***files, size_t *count, const char *directory, const char *name)
{
	const char **slot;

	if (!name || !*name)
		return 0;
	slot = ddl_arena_push(arena, files, count, sizeof(*slot));
	if (!slot)
		return -1;
	*slot = *directory ? ddl_arena_printf(arena, "%s/%s", directory, name) : name;
	return *slot ? 0 : -1;
}

int ddl_update_files(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const char ***files,
		     size_t *count, struct ddl_error *error)
{
	for (size_t i = 0; i < n_blobs; i++) {
		const char *base = ddl_path_base(blobs[i].name);
		size_t n = (size_t)(base - blobs[i].name);
		const char *directory = ddl_arena_dupn(arena, blobs[i].name, n ? n - 1 : 0);
		const struct ddl_blob *list = directory ? find(blobs, n_blobs, directory, ddl_repomd_name) : NULL;
		struct ddl_error trouble = DDL_ERROR_INIT; /* said when it is read for good */
		struct ddl_repo repo = { .key = "" };
		struct ddl_repomd repomd;

		if (!directory)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blobs[i].name);
		if (strcasecmp(base, ddl_update_name) != 0 || !list || ddl_update_parse(arena, &blobs[i], &repo, &trouble) < 0 ||
		    ddl_repomd_parse(arena, list, &repomd, &trouble) < 0 || *count >= DDL_MAX_LIST_LINES - 3) {
			if (trouble.code != DDL_E_MEMORY)
				continue;
			*error = trouble;
			return -1;
		}
		if (add_file(arena, files, count, directory, repomd.primary.href) < 0 ||
		    add_file(arena, files, count, directory, repomd.group.href) < 0 ||
		    add_file(arena, files, count, directory, repo.key) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blobs[i].name);
	}
	return 0;
}
