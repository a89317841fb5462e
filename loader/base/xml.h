/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One XML document of a medium, read as a stream: a parser is told of the elements it passes,
 * keeps attributes and texts that it wants, cleaned, and stops at the first fault. Bounded:
 * size, depth, attributes; of a document type no more than its name, so no entities, and nothing is fetched.
 */
#ifndef DDL_XML_H
#define DDL_XML_H

#include <libxml/parser.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/blob.h"
#include "base/error.h"
#include "base/limits.h"

/* An attribute that is wanted; `value` stays NULL when it is absent. */
struct ddl_attribute {
	const char *name;
	size_t max;
	const char *value;
};

/* A document being read; the caller sets the first four, all else zero. */
struct ddl_xml {
	struct ddl_arena *arena; /* what is kept lives there */
	struct ddl_error *error;
	void *arg; /* the caller's own */
	unsigned max; /* bytes; 0: DDL_MAX_METADATA */

	const struct ddl_blob *blob;
	xmlParserCtxtPtr parser;
	bool failed; /* the error is set; what follows is looked at by libxml2 only */
	bool stopped; /* and not even by it */

	/* libxml2's first complaint that ends the reading */
	int xml_code, xml_line;
	char xml_message[DDL_MAX_NAME + 1];

	/* the element being read, for messages: "package 3 (megaraid_sas)" */
	enum { DDL_XML_ROOT, DDL_XML_REQUIRES, DDL_XML_PACKAGE } element;
	size_t number; /* of the package */
	const char *label; /* NULL as long as it is not known */
	long line;

	/* where the reading is: valid during the start of an element */
	const char *name; /* without a namespace's prefix */
	const xmlChar **attributes; /* five each: local name, prefix, URI, value, end of value */
	size_t n_attributes;
	bool whole; /* the root element has ended */
	unsigned depth; /* elements that are open, this one included */

	/* the text inside the wanted element that is open at this depth */
	unsigned text_depth; /* 0: none is open */
	size_t text_length;
	bool text_too_long;
	char text[DDL_MAX_TEXT + 1];

	int (*begin)(struct ddl_xml *r); /* an element has been opened, */
	int (*end)(struct ddl_xml *r); /* or one whose text is wanted closed; r->depth is still its own */
	char root_name[DDL_MAX_NAME + 1];
};

/* For one document or several; to be freed with free(). NULL and DDL_E_MEMORY. */
struct ddl_xml *ddl_xml_new(struct ddl_arena *arena, void *arg, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * Calls `begin` and `end` for the elements of the document; each gives 0, or -1 with the error
 * set. -1: DDL_E_XML (not well formed, entities, too deep), DDL_E_TOO_LARGE, or theirs.
 */
int ddl_xml_read(struct ddl_xml *r, const struct ddl_blob *blob, int (*begin)(struct ddl_xml *r),
		 int (*end)(struct ddl_xml *r)) DDL_MUST_CHECK;

/* In `begin`: is it an element of this name? */
bool ddl_xml_is(const struct ddl_xml *r, const char *name);

/* In `begin`: keeps the wanted attributes; DDL_E_METADATA when one is longer than its `max`. */
int ddl_xml_attributes(struct ddl_xml *r, struct ddl_attribute *wanted, size_t count) DDL_MUST_CHECK;

/* The value of an attribute that must be there and not be empty; NULL and the error. */
const char *ddl_xml_required(struct ddl_xml *r, const struct ddl_attribute *attribute) DDL_MUST_CHECK;

/* The value, or "". */
const char *ddl_xml_optional(const struct ddl_attribute *attribute) DDL_MUST_CHECK;

/* In `begin`: the text of this element is wanted; `end` is called for it, and keeps it. */
void ddl_xml_text_begin(struct ddl_xml *r);
int ddl_xml_text_end(struct ddl_xml *r, const char *name, size_t max, const char **kept) DDL_MUST_CHECK;

/*
 * What a text says, or DDL_E_METADATA in words: true or false; a number of bytes; a SHA-256 as
 * 64 digits of hex (`type` is what kind of checksum the metadata calls it); a path below the
 * repository's directory, cleaned.
 */
int ddl_xml_bool(struct ddl_xml *r, const struct ddl_attribute *attribute, bool *value) DDL_MUST_CHECK;
int ddl_xml_size(struct ddl_xml *r, const char *text, uint64_t *size) DDL_MUST_CHECK;
int ddl_xml_sha256(struct ddl_xml *r, const char *type, const char *text, const char **digest) DDL_MUST_CHECK;
int ddl_xml_path(struct ddl_xml *r, const char *text, const char **path) DDL_MUST_CHECK;

/* Put the element and the line before what ddl_fail has just said; without memory. Give -1. */
int ddl_xml_in(struct ddl_xml *r);
int ddl_xml_no_memory(struct ddl_xml *r);

#endif
