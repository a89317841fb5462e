// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes the lines of a SUSE driver update's dud.config apart. */
#include "module/dud_config.h"

#include <string.h>

#include "base/text.h"

const char ddl_dud_config_name[] = "dud.config";

bool ddl_dud_next(struct ddl_dud_line *line)
{
	while (line->at < line->end) {
		const char *text = line->at, *stop = memchr(text, '\n', (size_t)(line->end - text));
		size_t n = (size_t)((stop ? stop : line->end) - text), key = 0;

		line->at = text + n + (stop != NULL);
		ddl_text_trim(&text, &n);
		while (key < n && text[key] != ':' && text[key] != '=')
			key++;
		if (key == n || *text == '#')
			continue;
		line->key = text;
		line->key_length = key;
		line->value = text + key + 1;
		line->value_length = n - key - 1;
		ddl_text_trim(&line->key, &line->key_length);
		ddl_text_trim(&line->value, &line->value_length);
		return true;
	}
	return false;
}

bool ddl_dud_is(const struct ddl_dud_line *line, const char *key)
{
	for (size_t i = 0; i < line->key_length; i++) {
		char c = line->key[i];

		if (c == '-' || c == '_' || c == '.')
			continue;
		if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != *key)
			return false;
		key++;
	}
	return !*key;
}

bool ddl_dud_word(struct ddl_dud_line *line, const char **word, size_t *length)
{
	while (line->value_length && (*line->value == ',' || ddl_text_is_blank(*line->value))) {
		line->value++;
		line->value_length--;
	}
	*word = line->value;
	for (*length = 0; *length < line->value_length && (*word)[*length] != ',' && !ddl_text_is_blank((*word)[*length]);)
		++*length;
	line->value += *length;
	line->value_length -= *length;
	return *length > 0;
}

size_t ddl_dud_options(const struct ddl_dud_line *line, const char **parameters)
{
	size_t n = 0;

	while (n < line->value_length && line->value[n] != '.' && line->value[n] != '=' && !ddl_text_is_blank(line->value[n]))
		n++;
	if (n + 1 >= line->value_length || ddl_text_is_blank(line->value[n]))
		return 0;
	*parameters = line->value + n + 1;
	return n;
}
