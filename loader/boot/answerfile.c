// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the driver disks that an answer file of XenServer's installer names. */
#include "boot/answerfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/remote.h"
#include "base/text.h"
#include "base/xml.h"

struct answer {
	const struct ddl_blob *file;
	struct ddl_arena *arena; /* the parent's */
	const char **sources;
	size_t count;
	/* in the child */
	struct ddl_sink *sink;
	const char *type; /* of the element that is open */
	size_t told;
};

/* ------------------------------------------------------------------ the child */

static int wrong(struct ddl_xml *r, const char *why, const char *what)
{
	return ddl_fail(r->error, DDL_E_ANSWER, 0, _("%s line %ld: %s: <driver-source>%s"), r->blob->name, r->line, why, what);
}

static int begin(struct ddl_xml *r)
{
	struct ddl_attribute type = { "type", DDL_MAX_NAME, NULL };
	struct answer *answer = r->arg;

	if (r->depth == 1 && !ddl_xml_is(r, "installation") && !ddl_xml_is(r, "upgrade") && !ddl_xml_is(r, "restore"))
		return ddl_fail(r->error, DDL_E_ANSWER, 0,
				_("%s: the outermost element is <%s>: <installation>, <upgrade> or <restore> was expected"),
				r->blob->name, r->root_name);
	if (!ddl_xml_is(r, "driver-source"))
		return r->text_depth ? wrong(r, _("there is another element inside"), "") : 0;
	if (r->text_depth)
		return wrong(r, _("there is another element inside"), "");
	if (ddl_xml_attributes(r, &type, 1))
		return -1;
	answer->type = ddl_xml_optional(&type);
	if (strcmp(answer->type, "local") != 0 && strcmp(answer->type, "url") != 0 && strcmp(answer->type, "nfs") != 0)
		return wrong(r, _("its type is local, url or nfs"), answer->type);
	ddl_xml_text_begin(r);
	return 0;
}

/*
 * The installer looks on every local medium, whatever the text is; "Install disc" is common. Here it may narrow
 * that down: to a path, a label, a UUID, or a device by its name.
 */
static bool is_source(const char *text)
{
	static const char *const begins[] = { "/", "LABEL=", "UUID=", "sr", "sd", "hd", "vd", "xvd", "nvme", "mmcblk", "scd" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (ddl_text_starts(text, begins[i]))
			return i < 3 || !strpbrk(text, " \t\r\n");
	return false;
}

/*
 * An address as the installer takes it: "server/path" is one by http, and by NFS "server:/path" or "server:path". False: it is
 * too long, or there is no server.
 */
static bool as_address(const char *type, const char *word, char *to, size_t room)
{
	size_t server = strcspn(word, ":/");
	bool nfs = strcmp(type, "nfs") == 0;

	if (ddl_remote_is_url(word))
		return snprintf(to, room, "%s", word) < (int)room;
	if (!server || strstr(word, "://") || (nfs && word[server] != ':'))
		return false;
	if (nfs)
		return snprintf(to, room, "nfs://%.*s/%s", (int)server, word, word + server + 1 + (word[server + 1] == '/')) <
		       (int)room;
	return snprintf(to, room, "http://%s", word) < (int)room;
}

static int end(struct ddl_xml *r)
{
	struct answer *answer = r->arg;
	char address[DDL_MAX_PATH];
	const char *word;

	if (ddl_xml_text_end(r, "driver-source", DDL_MAX_PATH - 1, &word))
		return -1;
	if (strcmp(answer->type, "nfs") != 0 && ddl_text_starts(word, "file:///"))
		word += strlen("file://");
	else if (strcmp(answer->type, "local") == 0)
		word = is_source(word) ? word : "any";
	else if (!*word)
		return wrong(r, _("it names nothing"), "");
	else if (as_address(answer->type, word, address, sizeof(address)))
		word = address;
	else
		return wrong(r, _("this is no address that can be used"), "");
	if (answer->told++ == DDL_MAX_WORDS)
		return wrong(r, _("these are too many"), "");
	return ddl_sink_send(answer->sink, 0, word, strlen(word), r->error);
}

static int read_file(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct answer *answer = arg;
	struct ddl_arena *arena = ddl_arena_new();
	DDL_FREE struct ddl_xml *r = arena ? ddl_xml_new(arena, answer, error) : NULL;
	int result = -1;

	answer->sink = sink;
	if (r) {
		r->max = DDL_MAX_ANSWER;
		result = ddl_xml_read(r, answer->file, begin, end);
	} else {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "%s", answer->file->name);
	}
	ddl_arena_free(arena);
	return result;
}

/* ----------------------------------------------------------------- the parent */

/* What a child says is no better than the file: counted, bounded and cleaned once more. */
static int take_source(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct answer *answer = arg;
	const char **slot;

	if (type != 0 || !n || n >= DDL_MAX_PATH || answer->count == DDL_MAX_WORDS)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", answer->file->name);
	slot = ddl_arena_push(answer->arena, &answer->sources, &answer->count, sizeof(*slot));
	if (slot)
		*slot = ddl_text_keep(answer->arena, bytes, n);
	return slot && *slot ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "%s", answer->file->name);
}

int ddl_answerfile_parse(struct ddl_arena *arena, const struct ddl_blob *file, const struct ddl_confine *confine,
			 const char ***sources, size_t *count, struct ddl_error *error)
{
	struct answer answer = { .file = file, .arena = arena };
	struct ddl_job job = { .run = read_file, .receive = take_source, .arg = &answer };

	*sources = NULL;
	*count = 0;
	if (ddl_jobs_run(&job, 1, confine, error) < 0) {
		/* the table's sentences for these speak of a disk */
		if (error->code == DDL_E_XML || error->code == DDL_E_METADATA || error->code == DDL_E_TOO_LARGE ||
		    error->code == DDL_E_DAMAGED)
			error->code = DDL_E_ANSWER;
		return -1;
	}
	*sources = answer.sources;
	*count = answer.count;
	return 0;
}

int ddl_answerfile_read(struct ddl_arena *arena, const char *root, const char *path, const char ***sources, size_t *count,
			struct ddl_error *error)
{
	const struct ddl_confine confine = { .unconfined = false };
	struct ddl_blob file = { .name = path };
	DDL_FREE char *bytes = NULL;
	DDL_CLOSE int fd = -1;
	char where[DDL_MAX_PATH];

	*count = 0;
	if (!ddl_path_join(where, sizeof(where), root, path))
		return ddl_fail(error, DDL_E_ANSWER, ENAMETOOLONG, "%s", path);
	fd = open(where, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return ddl_fail(error, DDL_E_ANSWER, errno, _("%s: there is no such file, or it cannot be opened"), path);
	bytes = ddl_file_read(fd, DDL_MAX_ANSWER, &file.length, error);
	if (!bytes) {
		if (error->code != DDL_E_MEMORY)
			error->code = DDL_E_ANSWER;
		return ddl_fail_in(error, "%s", path);
	}
	file.bytes = bytes;
	return ddl_answerfile_parse(arena, &file, &confine, sources, count, error);
}
