// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a generation-2 repository: XS-REPOSITORY and XS-PACKAGES in XML, as a stream. */
#include "repo.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <nettle/md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "path.h"
#include "text.h"

/* What is written on one package element; becomes a struct ddl_package when all are counted. */
struct draft {
	struct draft *next;
	const char *label, *kernel, *file, *root, *options, *digest;
	enum ddl_package_type type;
	uint64_t size;
	size_t number; /* 1 is the first in the file */
	long line;
};

/* One document being read. */
struct reading {
	xmlParserCtxtPtr parser;
	struct ddl_arena *arena;
	const struct ddl_blob *blob;
	struct ddl_repo *repo;
	struct ddl_error *error;
	bool failed;  /* the error is set; what follows is looked at by libxml2 only */
	bool stopped; /* and not even by it */

	/* libxml2's first complaint that ends the reading */
	int xml_code, xml_line;
	char xml_message[DDL_MAX_NAME + 1];

	/* the element being read, for messages: "package 3 (megaraid_sas)" */
	enum { ELEMENT_ROOT, ELEMENT_REQUIRES, ELEMENT_PACKAGE } element;
	size_t number;     /* of the package */
	const char *label; /* NULL as long as it is not known */
	long line;

	/* where the reading is: valid during the start of an element */
	const char *name;         /* without a namespace's prefix */
	const xmlChar **attributes; /* five each: local name, prefix, URI, value, end of value */
	size_t n_attributes;
	unsigned depth;           /* elements that are open, this one included */

	/* the text inside the wanted element that is open at this depth */
	unsigned text_depth; /* 0: none is open */
	size_t text_length;
	bool text_too_long;
	char text[DDL_MAX_TEXT + 1];

	int (*begin)(struct reading *r); /* an element has been opened, */
	int (*end)(struct reading *r);   /* or closed; r->depth is still its own */
	struct draft *first, **last, *open;
	char root_name[DDL_MAX_NAME + 1];
};

/* An attribute that is wanted; `value` stays NULL when it is absent. */
struct attribute {
	const char *name;
	size_t max;
	const char *value;
};

/* ------------------------------------------------------------------- errors */

/* Puts the element and the line before what ddl_fail has just said. */
static int in_element(struct reading *r)
{
	if (r->element == ELEMENT_REQUIRES)
		(void)ddl_fail_in(r->error, "requires");
	else if (r->element == ELEMENT_PACKAGE && r->label && *r->label)
		(void)ddl_fail_in(r->error, _("package %zu (%s)"), r->number, r->label);
	else if (r->element == ELEMENT_PACKAGE)
		(void)ddl_fail_in(r->error, _("package %zu"), r->number);
	return ddl_fail_in(r->error, _("%s line %ld"), r->blob->name, r->line);
}

static int no_memory(struct reading *r)
{
	return ddl_fail(r->error, DDL_E_MEMORY, 0, "%s", r->blob->name);
}

/* Keeps the complaint that is reported when the reading ends early. */
static void keep_complaint(void *arg, xmlErrorPtr complaint)
{
	struct reading *r = arg;

	if (r->xml_code || complaint->level < XML_ERR_FATAL)
		return;
	r->xml_code = complaint->code;
	r->xml_line = complaint->line;
	if (complaint->message)
		(void)ddl_text_clean(r->xml_message, sizeof(r->xml_message), complaint->message,
				     strcspn(complaint->message, "\n"));
}

static int not_well_formed(struct reading *r)
{
	if (r->xml_code == XML_ERR_NO_MEMORY)
		return no_memory(r);
	return ddl_fail(r->error, DDL_E_XML, 0, _("%s line %d: %s"), r->blob->name, r->xml_line,
			*r->xml_message ? r->xml_message : _("not well-formed XML"));
}

/* --------------------------------------------------------- bytes before XML */

static size_t skip_to(const char *bytes, size_t length, size_t at, const char *end)
{
	const char *found = memmem(bytes + at, length - at, end, strlen(end));

	return found ? (size_t)(found - bytes) + strlen(end) : length;
}

/*
 * Is there a document type before the root element? Looked for before libxml2 sees the
 * bytes, so that no declaration in it is ever worked on.
 */
static bool has_doctype(const char *bytes, size_t length)
{
	size_t at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	while (at < length) {
		const char *s = bytes + at;
		size_t left = length - at;

		if (memchr(" \t\r\n", *s, 4))
			at++;
		else if (left >= 2 && memcmp(s, "<?", 2) == 0)
			at = skip_to(bytes, length, at, "?>");
		else if (left >= 4 && memcmp(s, "<!--", 4) == 0)
			at = skip_to(bytes, length, at, "-->");
		else
			return left >= 2 && memcmp(s, "<!", 2) == 0;
	}
	return false;
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

static int check_bytes(const struct ddl_blob *blob, struct ddl_error *error)
{
	if (blob->too_large || blob->length > DDL_MAX_METADATA)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s: more than %u bytes"), blob->name,
				DDL_MAX_METADATA);
	if (blob->length == 0)
		return ddl_fail(error, DDL_E_XML, 0, _("%s: the file is empty"), blob->name);
	if (memchr(blob->bytes, 0, blob->length))
		return ddl_fail(error, DDL_E_XML, 0, _("%s: holds zero bytes, so it is no text in UTF-8"),
				blob->name);
	if (has_doctype(blob->bytes, blob->length))
		return ddl_fail(error, DDL_E_XML, 0, _("%s: a document type (DOCTYPE) is not allowed here"),
				blob->name);
	if (too_many_attributes(blob->bytes, blob->length))
		return ddl_fail(error, DDL_E_XML, 0, _("%s: an element has more than %u attributes"),
				blob->name, DDL_MAX_XML_ATTRIBUTES);
	return 0;
}

/* ----------------------------------------------------- text and attributes */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A cleaned copy without white space round it; DDL_E_METADATA when longer than `max`. */
static int keep_text(struct reading *r, const char *name, const char *text, size_t length, size_t max,
		     const char **kept)
{
	char *copy;

	while (length && is_blank(*text)) {
		text++;
		length--;
	}
	while (length && is_blank(text[length - 1]))
		length--;
	if (length > max) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is longer than %zu bytes"), name, max);
		return in_element(r);
	}
	copy = ddl_arena_alloc(r->arena, length + 1, 1);
	if (!copy)
		return no_memory(r);
	(void)ddl_text_clean(copy, length + 1, text, length);
	*kept = copy;
	return 0;
}

/* Keeps the wanted ones. Those with a namespace's prefix mean something else. */
static int read_attributes(struct reading *r, struct attribute *wanted, size_t count)
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

/* The value of an attribute that must be there and not be empty; NULL and the error. */
static const char *required(struct reading *r, const struct attribute *attribute)
{
	if (attribute->value && *attribute->value)
		return attribute->value;
	if (attribute->value)
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the attribute %s is empty"), attribute->name);
	else
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the attribute %s is missing"), attribute->name);
	(void)in_element(r);
	return NULL;
}

static const char *optional(const struct attribute *attribute)
{
	return attribute->value ? attribute->value : "";
}

static void text_begin(struct reading *r)
{
	r->text_depth = r->depth;
	r->text_length = 0;
	r->text_too_long = false;
}

static int text_end(struct reading *r, const char *name, size_t max, const char **kept)
{
	r->text_depth = 0;
	if (r->text_too_long) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is longer than %zu bytes"), name, max);
		return in_element(r);
	}
	return keep_text(r, name, r->text, r->text_length, max, kept);
}

/* ------------------------------------------------------------- the document */

static bool is_element(const struct reading *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

static void stop(struct reading *r)
{
	r->failed = true;
	r->stopped = true;
	xmlStopParser(r->parser);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
		     const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	struct reading *r = arg;

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
	struct reading *r = arg;

	(void)name;
	(void)prefix;
	(void)uri;
	if (r->failed)
		return;
	if (r->depth == r->text_depth)
		r->failed = r->end(r) != 0;
	r->depth--;
}

/* Adds to the open text. Longer than DDL_MAX_TEXT, white space included, is remembered only. */
static void on_text(void *arg, const xmlChar *bytes, int length)
{
	struct reading *r = arg;

	if (r->failed || !r->text_depth || r->depth != r->text_depth || length <= 0)
		return;
	if (sizeof(r->text) - 1 - r->text_length < (size_t)length) {
		r->text_too_long = true;
		return;
	}
	memcpy(r->text + r->text_length, bytes, (size_t)length);
	r->text_length += (size_t)length;
}

/* A document type that has_doctype did not find: stopped before its declarations are read. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct reading *r = arg;

	(void)name;
	(void)external;
	(void)system;
	if (r->failed)
		return;
	(void)ddl_fail(r->error, DDL_E_XML, 0, _("%s: a document type (DOCTYPE) is not allowed here"), r->blob->name);
	stop(r);
}

/*
 * Only these are ever called: no tree is built, no entity can be declared, found or fetched.
 * That is why XML_PARSE_NOENT is safe; without it &amp; in an attribute stays "&#38;".
 */
static void set_handlers(struct reading *r)
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

/* Calls `begin` and `end` for the elements of the document. */
static int read_document(struct reading *r, const struct ddl_blob *blob, int (*begin)(struct reading *r),
			 int (*end)(struct reading *r))
{
	int result = -1;

	r->blob = blob;
	r->begin = begin;
	r->end = end;
	r->depth = 0;
	r->text_depth = 0;
	r->element = ELEMENT_ROOT;
	if (check_bytes(blob, r->error))
		return -1;
	r->parser = xmlNewParserCtxt();
	if (!r->parser)
		return no_memory(r);
	set_handlers(r);
	(void)xmlCtxtReadMemory(r->parser, blob->bytes, (int)blob->length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOENT);
	/* libxml2 hands over a start tag that is cut short, too: its complaint goes before a missing field */
	if (!r->stopped && !r->parser->wellFormed)
		(void)not_well_formed(r);
	else if (!r->failed)
		result = 0;
	xmlFreeDoc(r->parser->myDoc);
	xmlFreeParserCtxt(r->parser);
	r->parser = NULL;
	return result;
}

/* ------------------------------------------------------------ XS-REPOSITORY */

static int parse_bool(struct reading *r, const struct attribute *attribute, bool *value)
{
	const char *text = optional(attribute);

	*value = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0 || strcasecmp(text, "yes") == 0;
	if (*value || !*text || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0 ||
	    strcasecmp(text, "no") == 0)
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is \"%s\": true or false was expected"),
		       attribute->name, text);
	return in_element(r);
}

static int repository_element(struct reading *r)
{
	struct attribute a[] = {
		{ "originator", DDL_MAX_NAME, NULL },
		{ "name", DDL_MAX_NAME, NULL },
		{ "product", DDL_MAX_NAME, NULL },
		{ "version", DDL_MAX_NAME, NULL },
		{ "build", DDL_MAX_NAME, NULL },
		{ "memory-requirement-mb", DDL_MAX_NAME, NULL },
		{ "enforce-homogeneity", DDL_MAX_NAME, NULL },
		{ "hidden", DDL_MAX_NAME, NULL },
	};
	struct ddl_repo *repo = r->repo;
	const char *memory;

	if (!is_element(r, "repository")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <repository> was expected"),
			       r->root_name);
		return in_element(r);
	}
	if (read_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	repo->originator = required(r, &a[0]);
	repo->name = repo->originator ? required(r, &a[1]) : NULL;
	repo->product = repo->name ? required(r, &a[2]) : NULL;
	repo->version = repo->product ? required(r, &a[3]) : NULL;
	if (!repo->version)
		return -1;
	repo->build = optional(&a[4]);
	memory = optional(&a[5]);
	if (*memory && !ddl_text_number(memory, strlen(memory), INT64_MAX, &repo->memory_mb)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0,
			       _("memory-requirement-mb is \"%s\": a whole number of megabytes was expected"),
			       memory);
		return in_element(r);
	}
	if (parse_bool(r, &a[6], &repo->homogeneous) || parse_bool(r, &a[7], &repo->hidden))
		return -1;
	repo->identifier = ddl_arena_printf(r->arena, "%s:%s", repo->originator, repo->name);
	return repo->identifier ? 0 : no_memory(r);
}

static int parse_test(struct reading *r, const char *text, enum ddl_test *test)
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
	return in_element(r);
}

static int requires_element(struct reading *r)
{
	struct attribute a[] = {
		{ "originator", DDL_MAX_NAME, NULL },
		{ "name", DDL_MAX_NAME, NULL },
		{ "version", DDL_MAX_NAME, NULL },
		{ "build", DDL_MAX_NAME, NULL },
		{ "test", DDL_MAX_NAME, NULL },
	};
	struct ddl_requires *requires;
	const char *name, *version, *test;
	enum ddl_test parsed = DDL_TEST_EQ;

	r->element = ELEMENT_REQUIRES;
	if (r->repo->n_requires >= DDL_MAX_REQUIRES) {
		(void)ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("more than %u of them"), DDL_MAX_REQUIRES);
		return in_element(r);
	}
	if (read_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	name = required(r, &a[1]);
	version = name ? required(r, &a[2]) : NULL;
	test = version ? required(r, &a[4]) : NULL;
	if (!test || parse_test(r, test, &parsed))
		return -1;
	if (!ddl_version_valid(version)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0,
			       _("version is \"%s\": numbers with dots or hyphens between them were expected"), version);
		return in_element(r);
	}
	requires = ddl_arena_push(r->arena, &r->repo->requires, &r->repo->n_requires, sizeof(*requires));
	if (!requires)
		return no_memory(r);
	*requires = (struct ddl_requires){ optional(&a[0]), name, version, optional(&a[3]), parsed };
	r->element = ELEMENT_ROOT;
	return 0;
}

static int repository_begin(struct reading *r)
{
	if (r->depth == 1)
		return repository_element(r);
	if (r->depth == 2 && is_element(r, "requires"))
		return requires_element(r);
	if (r->depth == 2 && is_element(r, "description") && !r->repo->description)
		text_begin(r);
	return 0;
}

static int description_end(struct reading *r)
{
	return text_end(r, "<description>", DDL_MAX_TEXT, &r->repo->description);
}

/* -------------------------------------------------------------- XS-PACKAGES */

static int parse_type(struct reading *r, const char *text, enum ddl_package_type *type)
{
	static const char *const names[] = {
		[DDL_PKG_DRIVER_RPM] = "driver-rpm", [DDL_PKG_RPM] = "rpm", [DDL_PKG_TBZ2] = "tbz2",
		[DDL_PKG_DRIVER] = "driver", [DDL_PKG_FIRMWARE] = "firmware",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*type = (enum ddl_package_type)i;
			return 0;
		}
	}
	(void)ddl_fail(r->error, DDL_E_METADATA, 0,
		       _("type is \"%s\": driver-rpm, rpm, tbz2, driver or firmware was expected"), text);
	return in_element(r);
}

static int parse_size(struct reading *r, const char *text, uint64_t *size)
{
	if (ddl_text_number(text, strlen(text), INT64_MAX, size))
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("size is \"%s\": a whole number of bytes was expected"), text);
	return in_element(r);
}

/* Exactly 32 hex digits: blanks and colons are for people's typing, not for metadata. */
static int parse_md5(struct reading *r, const char *text, const char **digest)
{
	uint8_t bytes[MD5_DIGEST_SIZE];
	char hex[2 * MD5_DIGEST_SIZE + 1];

	if (strlen(text) != 2 * sizeof(bytes) || !ddl_text_unhex(text, bytes, sizeof(bytes))) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("md5 is \"%s\": 32 hexadecimal digits were expected"), text);
		return in_element(r);
	}
	ddl_text_hex(hex, bytes, sizeof(bytes));
	*digest = ddl_arena_dup(r->arena, hex);
	return *digest ? 0 : no_memory(r);
}

/* Where a tbz2 or driver is unpacked to: below the root directory, whose own name is "". */
static int parse_root(struct reading *r, const char *text, const char **root)
{
	char clean[DDL_MAX_PATH];

	if (strspn(text, "/.") == strlen(text) && !strstr(text, "..")) {
		*root = "";
		return 0;
	}
	if (!ddl_path_clean(clean, sizeof(clean), text)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("root is \"%s\": a directory without \"..\" was expected"), text);
		return in_element(r);
	}
	*root = ddl_arena_dup(r->arena, clean);
	return *root ? 0 : no_memory(r);
}

static void name_package(struct reading *r, size_t number, const char *label)
{
	r->element = ELEMENT_PACKAGE;
	r->number = number;
	r->label = label;
}

/* The fields of `a` in the order of package_begin. */
static int package_fields(struct reading *r, struct draft *draft, const struct attribute *a)
{
	const char *type, *size, *md5;

	draft->label = required(r, &a[0]);
	type = draft->label ? required(r, &a[1]) : NULL;
	if (!type || parse_type(r, type, &draft->type))
		return -1;
	size = required(r, &a[2]);
	if (!size || parse_size(r, size, &draft->size))
		return -1;
	md5 = required(r, &a[3]);
	if (!md5 || parse_md5(r, md5, &draft->digest))
		return -1;
	draft->kernel = optional(&a[4]);
	if (draft->type == DDL_PKG_DRIVER_RPM && !required(r, &a[4]))
		return -1;
	draft->root = "";
	if (draft->type == DDL_PKG_TBZ2 || draft->type == DDL_PKG_DRIVER) {
		if (!required(r, &a[5]) || parse_root(r, a[5].value, &draft->root))
			return -1;
	}
	draft->options = optional(&a[6]);
	return 0;
}

/* Elements that are not packages are passed over, their insides are not. */
static int package_begin(struct reading *r)
{
	struct attribute a[] = {
		{ "label", DDL_MAX_NAME, NULL },
		{ "type", DDL_MAX_NAME, NULL },
		{ "size", DDL_MAX_NAME, NULL },
		{ "md5", DDL_MAX_NAME, NULL },
		{ "kernel", DDL_MAX_NAME, NULL },
		{ "root", DDL_MAX_PATH - 1, NULL },
		{ "options", DDL_MAX_TEXT, NULL },
	};
	size_t number = r->repo->n_packages + 1;
	struct draft *draft;

	if (!is_element(r, "package"))
		return 0;
	name_package(r, number, NULL);
	if (r->open) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("it stands inside another package"));
		return in_element(r);
	}
	if (number > DDL_MAX_PACKAGES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u packages"), r->blob->name,
				DDL_MAX_PACKAGES);
	if (read_attributes(r, a, sizeof(a) / sizeof(*a)))
		return -1;
	r->label = a[0].value;
	draft = ddl_arena_alloc(r->arena, 1, sizeof(*draft));
	if (!draft)
		return no_memory(r);
	if (package_fields(r, draft, a))
		return -1;
	draft->number = number;
	draft->line = r->line;
	r->repo->n_packages = number;
	r->open = *r->last = draft;
	r->last = &draft->next;
	text_begin(r);
	return 0;
}

/* The file name is the element's text. It is used to open a file, so cleaning may not change it. */
static int package_end(struct reading *r)
{
	struct draft *draft = r->open;
	const char *start = r->text, *text;
	char clean[DDL_MAX_PATH];

	r->open = NULL;
	r->line = draft->line;
	if (text_end(r, "<package>", DDL_MAX_PATH - 1, &text))
		return -1;
	if (!*text) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the file name is missing"));
		return in_element(r);
	}
	while (is_blank(*start))
		start++;
	if (strncmp(start, text, strlen(text)) != 0) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0,
			       _("the file name \"%s\" holds characters that cannot be shown"), text);
		return in_element(r);
	}
	if (!ddl_path_clean_relative(clean, sizeof(clean), text)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0,
			       _("the file name \"%s\" is absolute or leads out of the pack"), text);
		return in_element(r);
	}
	draft->file = strcmp(clean, text) == 0 ? text : ddl_arena_dup(r->arena, clean);
	r->element = ELEMENT_ROOT;
	return draft->file ? 0 : no_memory(r);
}

static int by_file(const void *a, const void *b)
{
	const struct draft *one = *(const struct draft *const *)a, *two = *(const struct draft *const *)b;
	int order = strcmp(one->file, two->file);

	return order ? order : (one->number > two->number) - (one->number < two->number);
}

/* The same file twice would be read twice and could carry two checksums. */
static int refuse_repeats(struct reading *r)
{
	size_t n = r->repo->n_packages, i = 0;
	const struct draft **sorted = calloc(n ? n : 1, sizeof(const struct draft *));
	int result = 0;

	if (!sorted)
		return no_memory(r);
	for (const struct draft *draft = r->first; draft; draft = draft->next)
		sorted[i++] = draft;
	qsort(sorted, n, sizeof(const struct draft *), by_file);
	for (i = 1; i < n && !result; i++) {
		if (strcmp(sorted[i - 1]->file, sorted[i]->file) != 0)
			continue;
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("\"%s\" was named by package %zu already"),
			       sorted[i]->file, sorted[i - 1]->number);
		name_package(r, sorted[i]->number, sorted[i]->label);
		r->line = sorted[i]->line;
		result = in_element(r);
	}
	free(sorted);
	return result;
}

static int keep_packages(struct reading *r)
{
	struct ddl_package *package = ddl_arena_alloc(r->arena, r->repo->n_packages, sizeof(*package));

	if (!package)
		return no_memory(r);
	r->repo->packages = package;
	for (const struct draft *draft = r->first; draft; draft = draft->next, package++) {
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

static int read_repository(struct reading *r, const struct ddl_blob *blob)
{
	if (read_document(r, blob, repository_begin, description_end))
		return -1;
	if (r->repo->description && *r->repo->description)
		return 0;
	return ddl_fail(r->error, DDL_E_METADATA, 0, _("%s: the element description is missing or empty"), blob->name);
}

static int read_packages(struct reading *r, const struct ddl_blob *blob)
{
	r->last = &r->first;
	if (read_document(r, blob, package_begin, package_end))
		return -1;
	if (!r->repo->n_packages && strcmp(r->root_name, "packages") != 0)
		return ddl_fail(r->error, DDL_E_METADATA, 0, _("%s: there is no package inside <%s>"), blob->name,
				r->root_name);
	return refuse_repeats(r) || keep_packages(r) ? -1 : 0;
}

int ddl_repo_parse_xml(struct ddl_arena *arena, const char *directory,
		       const struct ddl_blob *repository, const struct ddl_blob *packages,
		       struct ddl_repo *repo, struct ddl_error *error)
{
	struct reading *r = calloc(1, sizeof(*r));
	int result = -1;

	if (!r)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repository->name);
	*repo = (struct ddl_repo){ .generation = DDL_GEN_XML, .where = "" };
	r->arena = arena;
	r->repo = repo;
	r->error = error;
	if (read_repository(r, repository) || read_packages(r, packages))
		goto out;
	repo->directory = ddl_arena_dup(arena, directory);
	repo->fingerprint = ddl_repo_fingerprint(arena, repository, packages);
	if (!repo->directory || !repo->fingerprint) {
		(void)no_memory(r);
		goto out;
	}
	result = 0;
out:
	free(r);
	return result;
}
