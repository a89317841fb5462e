// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * depmod's index: a trie of nodes that lead to one another by their place in the file
 * (the format: kmod, libkmod/libkmod-index.c, version 2.1; all numbers big-endian):
 *
 *     header  magic, version, root
 *     node    [prefix NUL] [first, last, place of each child] [count, (priority, value NUL)…]
 *
 * The upper bits of a place say which parts its node has. Nothing is taken out of the file:
 * the nodes on the way to a key are written anew behind its end, and the root last, which
 * costs a few KB where depmod would read thousands of modules.
 */
#include "depmod_index.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC      0xB007F457U
#define MAJOR      2U
#define HEADER     12U
#define HAS_PREFIX 0x80000000U
#define HAS_VALUES 0x40000000U
#define HAS_CHILDS 0x20000000U
#define PLACE      0x0FFFFFFFU
#define CHILDREN   128U
#define MAX_DEPTH  1024U
#define NODE_ROOM  1024U /* a node without prefix and values, with all children it may have */

struct node {
	const char *prefix;
	size_t prefix_length;
	uint32_t child[CHILDREN];
	const uint8_t *values;    /* as in the file, behind their count */
	size_t values_length;
	uint32_t n_values;
};

static uint32_t get(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void set(uint8_t *at, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		at[i] = (uint8_t)value;
}

bool ddl_index_known(const struct ddl_index *index)
{
	return index->length >= HEADER && get(index->bytes) == MAGIC && get(index->bytes + 4) >> 16 == MAJOR;
}

/* The end of the text at `at`, behind its NUL; 0 when the file ends before. */
static size_t text_end(const struct ddl_index *index, size_t at)
{
	const uint8_t *end = at < index->length ? memchr(index->bytes + at, 0, index->length - at) : NULL;

	return end ? (size_t)(end - index->bytes) + 1 : 0;
}

static bool read_childs(const struct ddl_index *index, size_t *at, struct node *node)
{
	unsigned first, last;

	if (index->length - *at < 2)
		return false;
	first = index->bytes[*at];
	last = index->bytes[*at + 1];
	*at += 2;
	if (last < first || last >= CHILDREN || index->length - *at < (last - first + 1) * 4U)
		return false;
	for (; first <= last; first++, *at += 4)
		node->child[first] = get(index->bytes + *at);
	return true;
}

static bool read_values(const struct ddl_index *index, size_t at, struct node *node)
{
	size_t start = at + 4;

	if (index->length - at < 4)
		return false;
	node->n_values = get(index->bytes + at);
	at = start;
	for (uint32_t i = 0; i < node->n_values; i++) {
		if (index->length - at < 4 || (at = text_end(index, at + 4)) == 0)
			return false;
	}
	node->values = index->bytes + start;
	node->values_length = at - start;
	return true;
}

static bool read_node(const struct ddl_index *index, uint32_t place, struct node *node)
{
	size_t at = place & PLACE, end;

	*node = (struct node){ .prefix = "" };
	if (at < HEADER || at > index->length)
		return false;
	if (place & HAS_PREFIX) {
		end = text_end(index, at);
		if (!end)
			return false;
		node->prefix = (const char *)index->bytes + at;
		node->prefix_length = end - at - 1;
		at = end;
	}
	return (!(place & HAS_CHILDS) || read_childs(index, &at, node)) &&
	       (!(place & HAS_VALUES) || read_values(index, at, node));
}

static void append(struct ddl_index *index, const void *bytes, size_t n)
{
	if (n > 0)
		memcpy(index->bytes + index->length, bytes, n);
	index->length += n;
}

static void append_childs(struct ddl_index *index, const struct node *node, uint32_t *place)
{
	unsigned first = 0, last = CHILDREN;

	while (first < CHILDREN && !node->child[first])
		first++;
	if (first == CHILDREN)
		return;
	while (!node->child[last - 1])
		last--;
	*place |= HAS_CHILDS;
	append(index, &(uint8_t[2]){ (uint8_t)first, (uint8_t)(last - 1) }, 2);
	for (; first < last; first++, index->length += 4)
		set(index->bytes + index->length, node->child[first]);
}

/* Its place; 0: there is no room. `value`, where given, comes before the node's own. */
static uint32_t write_node(struct ddl_index *index, const struct node *node, const char *value)
{
	uint32_t place = (uint32_t)index->length, count = node->n_values + (value != NULL);
	size_t n = value ? strlen(value) + 1 : 0;

	if (index->length > PLACE ||
	    index->room - index->length < NODE_ROOM + node->prefix_length + node->values_length + n)
		return 0;
	if (node->prefix_length > 0) {
		place |= HAS_PREFIX;
		append(index, node->prefix, node->prefix_length);
		append(index, "", 1);
	}
	append_childs(index, node, &place);
	if (!count)
		return place;
	set(index->bytes + index->length, count);
	index->length += 4;
	if (value) { /* priority 0: before what depmod has numbered */
		append(index, (const uint8_t[4]){ 0 }, 4);
		append(index, value, n);
	}
	append(index, node->values, node->values_length);
	return place | HAS_VALUES;
}

static bool has_value(const struct node *node, const char *value)
{
	const char *at = (const char *)node->values;

	for (uint32_t i = 0; i < node->n_values; i++, at += strlen(at) + 1) {
		at += 4;
		if (strcmp(at, value) == 0)
			return true;
	}
	return false;
}

/* The key leaves the node in the middle of its prefix: what is behind becomes a child. */
static bool split(struct ddl_index *index, struct node *node, size_t at)
{
	struct node child = *node;
	unsigned char c = (unsigned char)node->prefix[at];

	child.prefix += at + 1;
	child.prefix_length -= at + 1;
	*node = (struct node){ .prefix = node->prefix, .prefix_length = at };
	if (c >= CHILDREN)
		return false;
	node->child[c] = write_node(index, &child, NULL);
	return node->child[c] != 0;
}

/* The place of the node at `place` (0: none) with the key in it; 0: it cannot be. */
static uint32_t put(struct ddl_index *index, uint32_t place, const char *key, const char *value,
		    bool replace, unsigned depth)
{
	struct node node = { .prefix = key, .prefix_length = strlen(key) };
	unsigned char c;
	size_t n = 0;

	if (!place)
		return write_node(index, &node, value);
	if (depth > MAX_DEPTH || !read_node(index, place, &node))
		return 0;
	while (n < node.prefix_length && key[n] == node.prefix[n])
		n++;
	if (n < node.prefix_length && !split(index, &node, n))
		return 0;
	c = (unsigned char)key[n];
	if (c) {
		uint32_t below = put(index, node.child[c], key + n + 1, value, replace, depth + 1);

		if (!below || below == node.child[c]) /* nothing has changed */
			return below ? place : 0;
		node.child[c] = below;
		return write_node(index, &node, NULL);
	}
	if (has_value(&node, value) && (!replace || node.n_values == 1))
		return place;
	if (replace) {
		node.n_values = 0;
		node.values_length = 0;
	}
	return write_node(index, &node, value);
}

/* Enough for what is written on the way to one key: so nothing moves while it is. */
static bool make_room(struct ddl_index *index, const char *key, const char *value)
{
	size_t more = (strlen(key) + 4) * 2 * NODE_ROOM + strlen(value) + 65536;
	uint8_t *bytes;

	if (index->room >= index->length && index->room - index->length >= more)
		return true;
	bytes = realloc(index->bytes, index->length + more);
	if (!bytes)
		return false;
	index->bytes = bytes;
	index->room = index->length + more;
	return true;
}

bool ddl_index_put(struct ddl_index *index, const char *key, const char *value, bool replace)
{
	uint32_t root, place;

	for (const char *c = key; *c; c++)
		if ((unsigned char)*c >= CHILDREN)
			return false;
	if (!make_room(index, key, value))
		return false;
	root = get(index->bytes + 8);
	place = put(index, root, key, value, replace, 0);
	if (!place)
		return false;
	set(index->bytes + 8, place);
	index->changed = index->changed || place != root;
	return true;
}

static bool each(const struct ddl_index *index, uint32_t place, bool (*visit)(void *arg, const char *value),
		 void *arg, unsigned depth)
{
	struct node node;
	const char *at;

	if (depth > MAX_DEPTH || !read_node(index, place, &node))
		return false;
	at = (const char *)node.values;
	for (uint32_t i = 0; i < node.n_values; i++, at += strlen(at) + 1) {
		at += 4;
		if (!visit(arg, at))
			return false;
	}
	for (unsigned c = 0; c < CHILDREN; c++)
		if (node.child[c] && !each(index, node.child[c], visit, arg, depth + 1))
			return false;
	return true;
}

bool ddl_index_each(const struct ddl_index *index, bool (*visit)(void *arg, const char *value), void *arg)
{
	uint32_t root = get(index->bytes + 8);

	return !root || each(index, root, visit, arg, 0);
}
