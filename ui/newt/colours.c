/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colours of the screens, and the same differences where there are none. */
#include "newt/screen.h"

#include <stdlib.h>
#include <string.h>

/* From <slang.h>, which is not always there to include. */
extern int SLtt_Use_Ansi_Colors;
int SLtt_set_mono(int object, const char *name, unsigned long attributes);
#define BOLD 1U /* of a struct look, in what slang shifts by 24 */
#define UNDERLINE 4U
#define REVERSE 8U
#define MONO_SHIFT 24

enum colour { BLACK, BLUE, CYAN, RED, GREY, WHITE, BRIGHT, YELLOW, OWN };

/* As newt and slang know them; GREY is that of the VGA text console. */
static char names[][12] = { "black", "blue", "cyan", "red", "lightgray", "white", "brightcyan", "yellow", "default" };

/*
 * Every pair has a contrast of 4.5 at least on the VGA text console, those of high contrast 7
 * (tests/screens computes it), which red letters on grey have not; front and back are both
 * given, so that it does not matter what the terminal's own are. A list's cursor where the
 * keys go elsewhere is ACTLISTBOX, and ACTSELLISTBOX where they go to the list.
 */
static const struct look {
	unsigned char set, front, back, high_front, high_back, mono;
} looks[] = {
	{ NEWT_COLORSET_ROOT, WHITE, BLUE, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_ROOTTEXT, WHITE, BLUE, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_HELPLINE, BLACK, CYAN, BLACK, GREY, REVERSE },
	{ NEWT_COLORSET_SHADOW, WHITE, BLACK, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_BORDER, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_WINDOW, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_TITLE, BLUE, GREY, BRIGHT, BLACK, BOLD },
	{ NEWT_COLORSET_LABEL, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_TEXTBOX, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_ACTTEXTBOX, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_ENTRY, WHITE, BLUE, BLACK, GREY, UNDERLINE },
	{ NEWT_COLORSET_COMPACTBUTTON, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_BUTTON, WHITE, BLUE, BLACK, GREY, REVERSE },
	{ NEWT_COLORSET_ACTBUTTON, WHITE, BLUE, BLACK, GREY, REVERSE },
	{ NEWT_COLORSET_LISTBOX, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_SELLISTBOX, BLACK, GREY, WHITE, BLACK, 0 },
	{ NEWT_COLORSET_ACTLISTBOX, BLACK, CYAN, BLACK, CYAN, UNDERLINE },
	{ NEWT_COLORSET_ACTSELLISTBOX, WHITE, BLUE, BLACK, GREY, REVERSE },
	{ NEWT_COLORSET_FULLSCALE, WHITE, BLUE, BLACK, GREY, REVERSE },
	{ NEWT_COLORSET_EMPTYSCALE, BLACK, CYAN, WHITE, BLUE, UNDERLINE },
	{ SCREEN_COLOUR_ALARM, WHITE, RED, YELLOW, BLACK, BOLD },
	{ SCREEN_COLOUR_STRONG, BLUE, GREY, BRIGHT, BLACK, BOLD },
};

/* They have colours also where nothing describes them, as in an initrd without terminfo. */
static bool has_colours(const char *term)
{
	return term && (!strncmp(term, "linux", strlen("linux")) || !strncmp(term, "xterm", strlen("xterm")));
}

void colours_before(enum ddl_colours colours)
{
	const char *no_colour = getenv("NO_COLOR");

	if (colours == DDL_COLOURS_ALWAYS)
		unsetenv("NEWT_MONO");
	if (colours == DDL_COLOURS_NONE || (colours != DDL_COLOURS_ALWAYS && no_colour && *no_colour))
		setenv("NEWT_MONO", "1", 1);
	else if (colours == DDL_COLOURS_ALWAYS || has_colours(getenv("TERM")))
		setenv("COLORTERM", "1", 0);
}

void colours_set(enum ddl_colours colours)
{
	bool high = colours == DDL_COLOURS_HIGH;

	for (const struct look *look = looks; look < looks + sizeof looks / sizeof *looks; look++)
		if (SLtt_Use_Ansi_Colors)
			newtSetColor(look->set, names[high ? look->high_front : look->front],
				     names[high ? look->high_back : look->back]);
		else
			SLtt_set_mono(look->set, NULL, (unsigned long)look->mono << MONO_SHIFT);
}

void colours_own(void)
{
	newtSetColor(NEWT_COLORSET_ROOT, names[OWN], names[OWN]);
}
