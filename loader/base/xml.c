// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads one XML document from a medium as a stream of elements; no tree, no entities, nothing fetched. */
#include "base/xml.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/path.h"
#include "base/text.h"

/* ------------------------------------------------------------------- errors */

int ddl_xml_in(struct ddl_xml *r)
{
	if (r->element == DDL_XML_REQUIRES)
		(void)ddl_fail_in(r->error, "requires");
	else if (r->element == DDL_XML_PACKAGE && r->label && *r->label)
		(void)ddl_fail_in(r->error, _("package %zu (%s)"), r->number, r->label);
	else if (r->element == DDL_XML_PACKAGE)
		(void)ddl_fail_in(r->error, _("package %zu"), r->number);
	return ddl_fail_in(r->error, _("%s line %ld"), r->blob->name, r->line);
}

int ddl_xml_no_memory(struct ddl_xml *r)
{
	return ddl_fail(r->error, DDL_E_MEMORY, 0, "%s", r->blob->name);
}

/* Keeps the complaint that is reported when the reading ends early. */
static void keep_complaint(void *arg, xmlErrorPtr complaint)
{
	struct ddl_xml *r = arg;

	if (r->xml_code || complaint->level < XML_ERR_FATAL)
		return;
	r->xml_code = complaint->code;
	r->xml_line = complaint->line;
	if (complaint->message)
		(void)ddl_text_clean(r->xml_message, sizeof(r->xml_message), complaint->message,
				     strcspn(complaint->message, "\n"));
}

static int not_well_formed(struct ddl_xml *r)
{
	if (r->xml_code == XML_ERR_NO_MEMORY)
		return ddl_xml_no_memory(r);
	return ddl_fail(r->error, DDL_E_XML, 0, _("%s line %d: %s"), r->blob->name, r->xml_line,
			*r->xml_message ? r->xml_message : _("not well-formed XML"));
}

/* --------------------------------------------------------- bytes before XML */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_to(const char *bytes, size_t length, size_t at, const char *end)
{
	const char *found = memmem(bytes + at, length - at, end, strlen(end));

	return found ? (size_t)(found - bytes) + strlen(end) : length;
}

/* Where the document type before the root element begins; `length`: there is none. */
static size_t find_doctype(const char *bytes, size_t length)
{
	size_t at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	while (at < length) {
		const char *s = bytes + at;
		size_t left = length - at;

		if (is_blank(*s))
			at++;
		else if (left >= 2 && memcmp(s, "<?", 2) == 0)
			at = skip_to(bytes, length, at, "?>");
		else if (left >= 4 && memcmp(s, "<!--", 4) == 0)
			at = skip_to(bytes, length, at, "-->");
		else
			return left >= 2 && memcmp(s, "<!", 2) == 0 ? at : length;
	}
	return length;
}

/* The end of a document type that only names itself, if by a public name; 0: one that declares, or is in a file. */
static size_t end_of_doctype(const char *bytes, size_t length, size_t at)
{
	static const char begin[] = "<!DOCTYPE", file[] = "SYSTEM";
	char quote = '\0';

	if (length - at < sizeof(begin) || memcmp(bytes + at, begin, sizeof(begin) - 1) != 0)
		return 0;
	for (; at < length; at++) {
		if (quote)
			quote = bytes[at] == quote ? '\0' : quote;
		else if (bytes[at] == '"' || bytes[at] == '\'')
			quote = bytes[at];
		else if (bytes[at] == '>')
			return at + 1;
		else if (bytes[at] == '[' || (length - at >= sizeof(file) && memcmp(bytes + at, file, sizeof(file) - 1) == 0))
			return 0;
	}
	return 0;
}

/*
 * The pack's builders put a document type before their groups. libxml2 is given blanks in its place, so
 * that it never works on one: in *copy, which stays NULL where there is none.
 */
static int pass_over_doctype(const struct ddl_blob *blob, char **copy, struct ddl_error *error)
{
	size_t at = find_doctype(blob->bytes, blob->length), end;

	if (at == blob->length)
		return 0;
	end = end_of_doctype(blob->bytes, blob->length, at);
	if (!end)
		return ddl_fail(error, DDL_E_XML, 0,
				_("%s: a document type (DOCTYPE) with declarations, or in a file, is not allowed here"),
				blob->name);
	*copy = malloc(blob->length);
	if (!*copy)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blob->name);
	memcpy(*copy, blob->bytes, blob->length);
	for (; at < end; at++)
		(*copy)[at] = (*copy)[at] == '\n' ? '\n' : ' '; /* lines stay where they are */
	return 0;
}

/*
 * libxml2 holds each attribute of an element against all others, which takes minutes for
 * a megabyte of them. No '<' may stand inside a tag, so '=' between two of them bounds it.
 */
static bool too_many_attributes(const char *bytes, size_t length)
{
	size_t equals = 0;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '<')
			equals = 0;
		else if (bytes[i] == '=' && ++equals > DDL_MAX_XML_ATTRIBUTES)
			return true;
	}
	return false;
}

static int check_bytes(const struct ddl_blob *blob, unsigned max, struct ddl_error *error)
{
	if (blob->too_large || blob->length > max)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s: more than %u bytes"), blob->name, max);
	if (blob->length == 0)
		return ddl_fail(error, DDL_E_XML, 0, _("%s: the file is empty"), blob->name);
	if (memchr(blob->bytes, 0, blob->length))
		return ddl_fail(error, DDL_E_XML, 0, _("%s: holds zero bytes, so it is no text in UTF-8"), blob->name);
	if (too_many_attributes(blob->bytes, blob->length))
		return ddl_fail(error, DDL_E_XML, 0, _("%s: an element has more than %u attributes"), blob->name,
				DDL_MAX_XML_ATTRIBUTES);
	return 0;
}

/* ----------------------------------------------------- text and attributes */

/* A cleaned copy without white space round it; DDL_E_METADATA when longer than `max`. */
static int keep_text(struct ddl_xml *r, const char *name, const char *text, size_t length, size_t max, const char **kept)
{
	ddl_text_trim(&text, &length);
	if (length > max) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is longer than %zu bytes"), name, max);
		return ddl_xml_in(r);
	}
	*kept = ddl_text_keep(r->arena, text, length);
	return *kept ? 0 : ddl_xml_no_memory(r);
}

/* Keeps the wanted ones. Those with a namespace's prefix mean something else. */
int ddl_xml_attributes(struct ddl_xml *r, struct ddl_attribute *wanted, size_t count)
{
	for (size_t i = 0; i < r->n_attributes; i++) {
		const xmlChar **attribute = r->attributes + 5 * i;
		const char *name = (const char *)attribute[0], *value = (const char *)attribute[3];

		for (size_t j = 0; j < count && !attribute[1]; j++) {
			if (strcmp(name, wanted[j].name) != 0)
				continue;
			if (keep_text(r, name, value, (size_t)((const char *)attribute[4] - value), wanted[j].max,
				      &wanted[j].value))
				return -1;
			break;
		}
	}
	return 0;
}

const char *ddl_xml_required(struct ddl_xml *r, const struct ddl_attribute *attribute)
{
	if (attribute->value && *attribute->value)
		return attribute->value;
	if (attribute->value)
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the attribute %s is empty"), attribute->name);
	else
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the attribute %s is missing"), attribute->name);
	(void)ddl_xml_in(r);
	return NULL;
}

const char *ddl_xml_optional(const struct ddl_attribute *attribute)
{
	return attribute->value ? attribute->value : "";
}

void ddl_xml_text_begin(struct ddl_xml *r)
{
	r->text_depth = r->depth;
	r->text_length = 0;
	r->text_too_long = false;
}

int ddl_xml_text_end(struct ddl_xml *r, const char *name, size_t max, const char **kept)
{
	r->text_depth = 0;
	if (r->text_too_long) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is longer than %zu bytes"), name, max);
		return ddl_xml_in(r);
	}
	return keep_text(r, name, r->text, r->text_length, max, kept);
}

/* ------------------------------------------------------------------- values */

int ddl_xml_bool(struct ddl_xml *r, const struct ddl_attribute *attribute, bool *value)
{
	const char *text = ddl_xml_optional(attribute);

	*value = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0 || strcasecmp(text, "yes") == 0;
	if (*value || !*text || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0 || strcasecmp(text, "no") == 0)
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is \"%s\": true or false was expected"), attribute->name, text);
	return ddl_xml_in(r);
}

int ddl_xml_size(struct ddl_xml *r, const char *text, uint64_t *size)
{
	if (ddl_text_number(text, strlen(text), INT64_MAX, size))
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("size is \"%s\": a whole number of bytes was expected"), text);
	return ddl_xml_in(r);
}

int ddl_xml_sha256(struct ddl_xml *r, const char *type, const char *text, const char **digest)
{
	char hex[DDL_DIGEST_HEX];

	if (strcmp(type, "sha256") != 0) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("a checksum is of the kind \"%s\": sha256 was expected"), type);
		return ddl_xml_in(r);
	}
	if (!ddl_digest_read(hex, text, DDL_SHA256)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("sha256 is \"%s\": 64 hexadecimal digits were expected"), text);
		return ddl_xml_in(r);
	}
	*digest = ddl_arena_dup(r->arena, hex);
	return *digest ? 0 : ddl_xml_no_memory(r);
}

int ddl_xml_path(struct ddl_xml *r, const char *text, const char **path)
{
	char clean[DDL_MAX_PATH];

	if (!ddl_path_clean_relative(clean, sizeof(clean), text)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the file name \"%s\" is absolute or leads out of the pack"), text);
		return ddl_xml_in(r);
	}
	*path = ddl_arena_dup(r->arena, clean);
	return *path ? 0 : ddl_xml_no_memory(r);
}

/* ------------------------------------------------------------- the document */

bool ddl_xml_is(const struct ddl_xml *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

static void stop(struct ddl_xml *r)
{
	r->failed = true;
	r->stopped = true;
	xmlStopParser(r->parser);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
		     const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	struct ddl_xml *r = arg;

	(void)prefix;
	(void)uri;
	(void)n_namespaces;
	(void)namespaces;
	(void)n_defaulted;
	if (r->failed)
		return;
	if (r->depth++ >= DDL_MAX_XML_DEPTH) {
		(void)ddl_fail(r->error, DDL_E_XML, 0, _("%s: elements nested more than %u deep"), r->blob->name,
			       DDL_MAX_XML_DEPTH);
		stop(r);
		return;
	}
	r->line = xmlSAX2GetLineNumber(r->parser);
	r->name = (const char *)name;
	r->attributes = attributes;
	r->n_attributes = n_attributes > 0 ? (size_t)n_attributes : 0;
	if (r->depth == 1)
		(void)ddl_text_clean(r->root_name, sizeof(r->root_name), r->name, strlen(r->name));
	r->failed = r->begin(r) != 0;
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct ddl_xml *r = arg;

	(void)name;
	(void)prefix;
	(void)uri;
	if (r->failed)
		return;
	if (r->depth == r->text_depth)
		r->failed = r->end(r) != 0;
	r->whole = --r->depth == 0;
}

/* Adds to the open text. Longer than DDL_MAX_TEXT, white space included, is remembered only. */
static void on_text(void *arg, const xmlChar *bytes, int length)
{
	struct ddl_xml *r = arg;

	if (r->failed || !r->text_depth || r->depth != r->text_depth || length <= 0)
		return;
	if (sizeof(r->text) - 1 - r->text_length < (size_t)length) {
		r->text_too_long = true;
		return;
	}
	memcpy(r->text + r->text_length, bytes, (size_t)length);
	r->text_length += (size_t)length;
}

/* A second document type: stopped before its declarations are read. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct ddl_xml *r = arg;

	(void)name;
	(void)external;
	(void)system;
	if (r->failed)
		return;
	(void)ddl_fail(r->error, DDL_E_XML, 0,
		       _("%s: a document type (DOCTYPE) with declarations, or in a file, is not allowed here"), r->blob->name);
	stop(r);
}

/*
 * Only these are ever called: no tree is built, no entity can be declared, found or fetched.
 * That is why XML_PARSE_NOENT is safe; without it &amp; in an attribute stays "&#38;".
 */
static void set_handlers(struct ddl_xml *r)
{
	xmlSAXHandler *sax = r->parser->sax;

	memset(sax, 0, sizeof(*sax));
	sax->initialized = XML_SAX2_MAGIC;
	sax->internalSubset = on_doctype;
	sax->startElementNs = on_start;
	sax->endElementNs = on_end;
	sax->characters = on_text;
	sax->ignorableWhitespace = on_text;
	sax->cdataBlock = on_text;
	sax->serror = keep_complaint;
	r->parser->userData = r;
}

struct ddl_xml *ddl_xml_new(struct ddl_arena *arena, void *arg, struct ddl_error *error)
{
	struct ddl_xml *r = calloc(1, sizeof(*r));

	if (r)
		*r = (struct ddl_xml){ .arena = arena, .arg = arg, .error = error };
	else
		(void)ddl_fail(error, DDL_E_MEMORY, ENOMEM, "XML");
	return r;
}

int ddl_xml_read(struct ddl_xml *r, const struct ddl_blob *blob, int (*begin)(struct ddl_xml *r), int (*end)(struct ddl_xml *r))
{
	char *copy = NULL;
	int result = -1;

	r->blob = blob;
	r->begin = begin;
	r->end = end;
	r->depth = 0;
	r->whole = false;
	r->text_depth = 0;
	r->element = DDL_XML_ROOT;
	if (check_bytes(blob, r->max ? r->max : DDL_MAX_METADATA, r->error) || pass_over_doctype(blob, &copy, r->error))
		return -1;
	r->parser = xmlNewParserCtxt();
	if (!r->parser) {
		free(copy);
		return ddl_xml_no_memory(r);
	}
	set_handlers(r);
	(void)xmlCtxtReadMemory(r->parser, copy ? copy : blob->bytes, (int)blob->length, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOENT);
	/* libxml2 hands over a start tag that is cut short, too: its complaint goes before a missing field */
	if (!r->stopped && !r->parser->wellFormed)
		(void)not_well_formed(r);
	else if (!r->failed && !r->whole) /* short of memory, libxml2 stops and calls what it has seen well-formed */
		(void)ddl_xml_no_memory(r);
	else if (!r->failed)
		result = 0;
	xmlFreeDoc(r->parser->myDoc);
	xmlFreeParserCtxt(r->parser);
	r->parser = NULL;
	free(copy);
	return result;
}
