// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a generation-3 repository: update.xml, repomd.xml and the group file, then what they name. */
#include "repository/xenserver_update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/attributes.h"
#include "base/path.h"
#include "base/text.h"
#include "base/xml.h"
#include "repository/fingerprint.h"

const char ddl_update_name[] = "update.xml";
const char ddl_update_signature_name[] = "update.xml.asc";
const char ddl_repomd_name[] = "repodata/repomd.xml";
const char ddl_repomd_signature_name[] = "repodata/repomd.xml.asc";
static const char group_name[] = "drivers";

static int read_one(struct ddl_arena *arena, const struct ddl_blob *blob, void *arg, int (*begin)(struct ddl_xml *r),
		    int (*end)(struct ddl_xml *r), struct ddl_error *error)
{
	DDL_FREE struct ddl_xml *r = ddl_xml_new(arena, arg, error);

	return r ? ddl_xml_read(r, blob, begin, end) : -1;
}

/* --------------------------------------------------------------- update.xml */

/* What update.xml is read into. */
struct update_reading {
	struct ddl_repo *repo;
	const char *control;
};

static int update_element(struct ddl_xml *r)
{
	struct ddl_attribute a[] = {
		{ "name-label", DDL_MAX_NAME, NULL },
		{ "uuid", DDL_MAX_NAME, NULL },
		{ "version", DDL_MAX_NAME, NULL },
		{ "key", DDL_MAX_NAME, NULL },
		{ "enforce-homogeneity", DDL_MAX_NAME, NULL },
		{ "control", DDL_MAX_NAME, NULL },
	};
	struct update_reading *reading = r->arg;
	struct ddl_repo *repo = reading->repo;

	if (!ddl_xml_is(r, "update")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <update> was expected"),
			       r->root_name);
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
	reading->control = ddl_xml_optional(&a[5]);
	if (*repo->key && ddl_xml_path(r, repo->key, &repo->key))
		return -1;
	return ddl_xml_bool(r, &a[4], &repo->homogeneous);
}

static int update_begin(struct ddl_xml *r)
{
	const struct update_reading *reading = r->arg;

	if (r->depth == 1)
		return update_element(r);
	if (r->depth == 2 && ddl_xml_is(r, "name-description") && !reading->repo->description)
		ddl_xml_text_begin(r);
	return 0;
}

static int update_end(struct ddl_xml *r)
{
	struct update_reading *reading = r->arg;

	return ddl_xml_text_end(r, "<name-description>", DDL_MAX_TEXT, &reading->repo->description);
}

int ddl_update_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repo *repo, const char **control,
		     struct ddl_error *error)
{
	struct update_reading reading = { .repo = repo, .control = "" };

	if (read_one(arena, blob, &reading, update_begin, update_end, error) < 0)
		return -1;
	*control = reading.control;
	if (!repo->description || !*repo->description)
		repo->description = repo->name;
	return 0;
}

/* --------------------------------------------------------------- repomd.xml */

struct repomd_reading {
	struct ddl_repomd *repomd;
	struct ddl_repomd_file *file; /* of the <data> that is open; NULL: none is */
	const char *type; /* of the checksum */
	enum { IN_SUM, IN_OPEN_SUM, IN_SIZE, IN_OPEN_SIZE } text;
};

/* The group file is there as it is, and packed as well: one of them is read, the other is one of the others. */
static int data_element(struct ddl_xml *r, struct repomd_reading *reading)
{
	struct ddl_attribute type = { "type", DDL_MAX_NAME, NULL };
	struct ddl_repomd *repomd = reading->repomd;

	if (ddl_xml_attributes(r, &type, 1))
		return -1;
	if (strcmp(ddl_xml_optional(&type), "primary") == 0 && !repomd->primary.href)
		reading->file = &repomd->primary;
	else if (!repomd->group.href &&
		 (strcmp(ddl_xml_optional(&type), "group") == 0 || ddl_text_starts(ddl_xml_optional(&type), "group_")))
		reading->file = &repomd->group;
	else if (repomd->n_others >= DDL_MAX_LISTED_FILES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: it lists more than %u files"), r->blob->name,
				DDL_MAX_LISTED_FILES);
	else
		reading->file = ddl_arena_push(r->arena, &repomd->others, &repomd->n_others, sizeof(*repomd->others));
	if (!reading->file)
		return ddl_xml_no_memory(r);
	*reading->file = (struct ddl_repomd_file){ .size = UINT64_MAX, .open_size = UINT64_MAX };
	return 0;
}

static int repomd_begin(struct ddl_xml *r)
{
	struct repomd_reading *reading = r->arg;
	struct ddl_attribute a[] = { { "type", DDL_MAX_NAME, NULL }, { "href", DDL_MAX_PATH - 1, NULL } };
	bool sum = ddl_xml_is(r, "checksum");

	if (r->depth == 1 && !ddl_xml_is(r, "repomd")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <repomd> was expected"),
			       r->root_name);
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
				       ddl_xml_path(r, a[1].value, &reading->file->href) ?
			       -1 :
			       0;
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
	return ddl_xml_sha256(r, reading->type, text, reading->text == IN_SUM ? &reading->file->sum : &reading->file->open_sum);
}

int ddl_repomd_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repomd *repomd, struct ddl_error *error)
{
	struct repomd_reading reading = { .repomd = repomd };
	const struct ddl_repomd_file *const files[] = { &repomd->primary, &repomd->group };
	size_t whole = 0;

	*repomd = (struct ddl_repomd){ .primary.href = NULL };
	if (read_one(arena, blob, &reading, repomd_begin, repomd_end, error) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (!files[i]->href != !files[i]->sum)
			return ddl_fail(error, DDL_E_METADATA, 0, _("%s: what it says of %s is not whole"), blob->name,
					i ? "group" : "primary");
	if (!repomd->primary.href)
		return ddl_fail(error, DDL_E_METADATA, 0, _("%s: it lists no packages (primary)"), blob->name);
	for (size_t i = 0; i < repomd->n_others; i++)
		if (repomd->others[i].href && repomd->others[i].sum && repomd->others[i].size != UINT64_MAX)
			repomd->others[whole++] = repomd->others[i];
	repomd->n_others = whole;
	return 0;
}

/* -------------------------------------------------------------------- comps */

struct comps_reading {
	const char **names;
	size_t count;
	bool wanted, invisible; /* this group is it; it is not to be seen */
	enum ddl_comps found;
	enum { IN_OTHER, IN_ID, IN_VISIBLE, IN_PACKAGE } text;
};

static int comps_begin(struct ddl_xml *r)
{
	struct comps_reading *reading = r->arg;
	struct ddl_attribute type = { "type", DDL_MAX_NAME, NULL };

	if (r->depth == 2)
		reading->wanted = reading->invisible = false;
	if (r->text_depth) /* an element inside the text: it stays what it is */
		return 0;
	reading->text = IN_OTHER;
	if (r->depth == 3 && ddl_xml_is(r, "id")) {
		reading->text = IN_ID;
	} else if (r->depth == 3 && ddl_xml_is(r, "uservisible")) {
		reading->text = IN_VISIBLE;
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
	if (reading->text == IN_ID)
		reading->wanted = strcmp(text, group_name) == 0;
	if (reading->text == IN_VISIBLE)
		reading->invisible = strcasecmp(text, "false") == 0;
	if (reading->wanted && reading->text != IN_PACKAGE) /* either may come first */
		reading->found = reading->invisible ? DDL_COMPS_HIDDEN : DDL_COMPS_GROUP;
	if (reading->text != IN_PACKAGE)
		return 0;
	if (reading->count >= DDL_MAX_PACKAGES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u packages"), r->blob->name, DDL_MAX_PACKAGES);
	slot = ddl_arena_push(r->arena, &reading->names, &reading->count, sizeof(*slot));
	if (!slot)
		return ddl_xml_no_memory(r);
	*slot = text;
	return 0;
}

int ddl_comps_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char ***names, size_t *count,
		    enum ddl_comps *found, struct ddl_error *error)
{
	struct comps_reading reading = { .count = 0 };
	int result = read_one(arena, blob, &reading, comps_begin, comps_end, error);

	*names = reading.names;
	*count = reading.count;
	*found = reading.found;
	if (result == 0 && reading.found == DDL_COMPS_GROUP && !reading.count)
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

int ddl_repomd_keep(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_blob *blob, const char *name)
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
	const char *const names[] = { ddl_update_name, ddl_update_signature_name, ddl_repomd_name, ddl_repomd_signature_name };
	const char *const listed[] = { repomd->primary.href, repomd->group.href ? repomd->group.href : "", repo->key };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ddl_repomd_keep(arena, repo, find(blobs, n_blobs, repo->directory, names[i]), names[i]) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++)
		if (*listed[i] && ddl_repomd_keep(arena, repo, find(blobs, n_blobs, repo->directory, listed[i]), listed[i]) < 0)
			return -1;
	return 0;
}

int ddl_repomd_keep_others(struct ddl_arena *arena, const struct ddl_repomd *repomd, struct ddl_repo *repo)
{
	repo->lists = ddl_arena_alloc(arena, repomd->n_others, sizeof(*repo->lists));
	if (!repo->lists)
		return -1;
	for (size_t i = 0; i < repomd->n_others; i++) {
		const struct ddl_repomd_file *file = &repomd->others[i];

		repo->lists[i] = (struct ddl_package){ .label = ddl_path_base(file->href),
						       .type = DDL_PKG_FIRMWARE,
						       .kernel = "",
						       .file = file->href,
						       .root = "",
						       .options = "",
						       .size = file->size,
						       .digest = file->sum,
						       .version = "" };
	}
	repo->n_lists = repomd->n_others;
	return 0;
}

static int read_group(struct ddl_arena *arena, const struct ddl_blob *blob, const struct ddl_repomd *repomd, const char ***names,
		      size_t *count, enum ddl_comps *found, struct ddl_error *error)
{
	struct ddl_blob opened;
	int result;

	*found = DDL_COMPS_NO_GROUP;
	if (!repomd->group.href)
		return 0;
	result = ddl_repomd_open(blob, &repomd->group, &opened, error);
	if (result == 0)
		result = ddl_comps_parse(arena, &opened, names, count, found, error);
	free((void *)(uintptr_t)opened.bytes);
	return result;
}

static int read_primary(struct ddl_arena *arena, const struct ddl_blob *blob, const struct ddl_repomd *repomd,
			const char *const *names, size_t count, const char *control, struct ddl_repo *repo, const char ***notes,
			size_t *n_notes, struct ddl_error *error)
{
	struct ddl_blob opened;
	int result = ddl_repomd_open(blob, &repomd->primary, &opened, error);

	if (result == 0)
		result = ddl_primary_parse(arena, &opened, names, count, control, repo, notes, n_notes, error);
	free((void *)(uintptr_t)opened.bytes);
	return result;
}

/* Drivers that no group names. What cannot be read of an update that need not have any is no fault. 1: none. */
static int read_drivers(struct ddl_arena *arena, const struct ddl_blob *blob, const struct ddl_repomd *repomd,
			const char *control, struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	int result = read_primary(arena, blob, repomd, NULL, 0, control, repo, notes, n_notes, &trouble);

	if (result < 0 && trouble.code != DDL_E_MEMORY)
		return 1;
	if (result < 0)
		*error = trouble;
	return result;
}

/* What is to be known of the group that is not as the product looks for it. -1: no memory. */
static int note_group(struct ddl_arena *arena, const struct ddl_blob *update, const struct ddl_repo *repo, enum ddl_comps found,
		      bool drivers, const char ***notes, size_t *n_notes)
{
	return ddl_repo_note(
		arena, notes, n_notes,
		ddl_arena_printf(
			arena,
			found == DDL_COMPS_HIDDEN ?
				_("%s: the group \"drivers\" of the update %s is marked as not visible: it is not offered by itself.") :
			drivers ?
				_("%s: the group \"drivers\", which the product looks for, is missing in the update %s: what looks like a driver on it is offered.") :
				_("%s: the update %s brings no drivers and was left out."),
			update->name, repo->identifier));
}

int ddl_repo_parse_update(struct ddl_arena *arena, const char *directory, const struct ddl_blob *blobs, size_t n_blobs,
			  struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error)
{
	const struct ddl_blob *update = find(blobs, n_blobs, directory, ddl_update_name);
	const struct ddl_blob *list = find(blobs, n_blobs, directory, ddl_repomd_name);
	struct ddl_repomd repomd;
	const char **names = NULL, *control;
	const struct ddl_blob *primary;
	enum ddl_comps found;
	size_t count = 0;
	int result;

	*repo = (struct ddl_repo){
		.family = DDL_FAMILY_XENSERVER_UPDATE, .where = "", .originator = "", .product = "", .build = ""
	};
	if (ddl_update_parse(arena, update, repo, &control, error) < 0)
		return -1;
	if (!list)
		return ddl_fail(error, DDL_E_LIST, 0, _("%s has no %s beside it"), update->name, ddl_repomd_name);
	if (ddl_repomd_parse(arena, list, &repomd, error) < 0)
		return -1;
	if (read_group(arena, repomd.group.href ? find(blobs, n_blobs, directory, repomd.group.href) : NULL, &repomd, &names,
		       &count, &found, error) < 0)
		return -1;
	primary = find(blobs, n_blobs, directory, repomd.primary.href);
	if (found == DDL_COMPS_GROUP)
		result = read_primary(arena, primary, &repomd, names, count, control, repo, notes, n_notes, error);
	else
		result = found == DDL_COMPS_HIDDEN ? 1 :
						     read_drivers(arena, primary, &repomd, control, repo, notes, n_notes, error);
	if (result >= 0 && found != DDL_COMPS_GROUP && note_group(arena, update, repo, found, result == 0, notes, n_notes) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", update->name);
	if (result)
		return result;
	repo->directory = ddl_arena_dup(arena, directory);
	repo->fingerprint = ddl_fingerprint_sha256(arena, update, list);
	if (!repo->directory || !repo->fingerprint || keep_all(arena, blobs, n_blobs, &repomd, repo) < 0 ||
	    ddl_repomd_keep_others(arena, &repomd, repo) < 0)
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

int ddl_update_files(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const char ***files, size_t *count,
		     struct ddl_error *error)
{
	for (size_t i = 0; i < n_blobs; i++) {
		const char *base = ddl_path_base(blobs[i].name);
		size_t n = (size_t)(base - blobs[i].name);
		const char *directory = ddl_arena_dupn(arena, blobs[i].name, n ? n - 1 : 0);
		const struct ddl_blob *list = directory ? find(blobs, n_blobs, directory, ddl_repomd_name) : NULL;
		struct ddl_error trouble = DDL_ERROR_INIT; /* said when it is read for good */
		struct ddl_repo repo = { .key = "" };
		struct ddl_repomd repomd;
		const char *control;

		if (!directory)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blobs[i].name);
		if (strcasecmp(base, ddl_update_name) != 0 || !list ||
		    ddl_update_parse(arena, &blobs[i], &repo, &control, &trouble) < 0 ||
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
