/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first screen: what this machine has, and where the driver disk is. */
#include "newt/screen.h"

#include <string.h>

#include "base/text.h"
#include "front/print.h"
#include "newt/questions.h"
#include "terminal/language.h"

#define MOST_DEVICES 5 /* shown on 24 lines, more on more; F3 shows all */
#define MOST_DISKS 2
#define MOST_SOURCES 6 /* rows of the list; it scrolls */
#define LEAST_SOURCES 3
#define FIXED_ROWS 6 /* of the window, beside these */
#define NAME_COLUMNS 9U
#define SIZE_COLUMNS 9U
#define FORMAT_COLUMNS 9U
#define QUIET_MS 400 /* a stick comes as a disk, then as its partitions */
#define PATH_ROOM 1024U
#define LINE_ROOM 512U

/* Shows devices with or without a driver from the row on; returns how many there were. */
static int add_devices(struct screen *screen, const struct ddl_machine *machine, bool bound, int row, int last_row)
{
	char line[LINE_ROOM];
	int shown = 0;

	for (size_t i = 0; i < machine->n_devices; i++) {
		const struct ddl_device *device = &machine->devices[i];
		if (device->class == DDL_CLASS_OTHER || (*device->driver != '\0') != bound)
			continue;
		if (row + shown < last_row) {
			text_device(line, sizeof line, machine, device, (size_t)screen->width - 2);
			screen_label(screen, 1, row + shown, line, bound ? 0 : SCREEN_COLOUR_ALARM);
		}
		shown++;
	}
	return shown;
}

static int count_devices(const struct ddl_machine *machine)
{
	int count = 0;

	for (size_t i = 0; i < machine->n_devices; i++)
		count += machine->devices[i].class != DDL_CLASS_OTHER;
	return count;
}

static int count_idle(const struct ddl_machine *machine)
{
	int count = 0;

	for (size_t i = 0; i < machine->n_devices; i++)
		count += machine->devices[i].class != DDL_CLASS_OTHER && !*machine->devices[i].driver;
	return count;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* How many of each are shown. */
struct rows {
	int devices, disks, sources;
};

/* Gives what is left of the rows to those who have more to show. */
static int share(int *rows, int wanted, int left)
{
	int more = least(wanted - *rows, left);

	if (more <= 0)
		return left;
	*rows += more;
	return left - more;
}

/* Rows of one go to the other, which wants so many; `keeps` stay. */
static void give(int *from, int keeps, int *to, int wanted)
{
	int more = least(wanted - *to, *from - keeps);

	if (more <= 0)
		return;
	*from -= more;
	*to += more;
}

static struct rows rows_for(const struct ddl_question *question)
{
	const struct ddl_machine *machine = question->machine;
	int devices = count_devices(machine), disks = (int)ddl_machine_own_disks(machine), sources = (int)question->n_sources;
	struct rows rows = { least(devices, MOST_DEVICES), least(disks, MOST_DISKS), least(sources, MOST_SOURCES) };
	int left = screen_highest() - (MOST_DEVICES + MOST_DISKS + MOST_SOURCES + FIXED_ROWS);

	/* controllers without a driver are what all this is about: the list of media scrolls */
	give(&rows.sources, LEAST_SOURCES, &rows.devices, count_idle(machine));
	give(&rows.disks, 1, &rows.devices, count_idle(machine));
	left = share(&rows.sources, sources, left);
	left = share(&rows.devices, devices, left);
	share(&rows.disks, disks, left);
	return rows;
}

/* Rows that the machine takes on the screen. */
static int machine_rows(const struct rows *rows)
{
	return 1 + rows->devices + 1 + rows->disks;
}

static void more_label(struct screen *screen, int row, int more)
{
	char line[LINE_ROOM];

	if (more <= 0)
		return;
	snprintf(line, sizeof line, ddl_trn("and %d more: F3", "and %d more: F3", (unsigned long)more), more);
	screen_label(screen, screen->width - (int)ddl_text_width(line) - 1, row, line, 0);
}

static int add_disks(struct screen *screen, const struct ddl_machine *machine, int row, int shown)
{
	int own = (int)ddl_machine_own_disks(machine), written = 0;
	char line[LINE_ROOM];

	if (!own) {
		screen_label(screen, 1, row, _("! No disk was found."), SCREEN_COLOUR_ALARM);
		return row + 1;
	}
	screen_label(screen, 1, row, _("Disks:"), 0);
	for (size_t i = 0; i < machine->n_disks && written < shown; i++)
		if (!machine->disks[i].removable)
			screen_label(screen, 3, row + ++written, text_disk(line, sizeof line, &machine->disks[i]), 0);
	more_label(screen, row, own - shown);
	return row + 1 + shown;
}

/* Devices without a driver come first; those that do not fit are behind F3. */
static int add_machine(struct screen *screen, const struct ddl_machine *machine, const struct rows *rows)
{
	char line[LINE_ROOM];
	int last = 1 + rows->devices;

	screen_label(screen, 1, 0, text_controllers(line, sizeof line, machine), 0);
	int idle = add_devices(screen, machine, false, 1, last);
	add_devices(screen, machine, true, 1 + least(idle, rows->devices), last);
	more_label(screen, 0, count_devices(machine) - rows->devices);
	return add_disks(screen, machine, 1 + rows->devices, rows->disks);
}

/* "label - model", or the one there is. */
static void source_text(char *to, size_t room, const struct ddl_source *source)
{
	bool both = *source->label && *source->model;

	snprintf(to, room, "%s%s%s", source->label, both ? " - " : "", source->model);
}

static const char *source_trouble(const struct ddl_source *source)
{
	if (source->trouble.code != DDL_OK)
		return ddl_code_sentence(source->trouble.code);
	if (source->look == DDL_LOOK_UNDER_WAY)
		return NULL;
	return source->kind == DDL_SOURCE_DEVICE && !source->size ? _("no medium in the drive") : NULL;
}

static void source_line(char *to, size_t room, const struct ddl_source *source, size_t columns)
{
	char line[2 * LINE_ROOM], name[64], size[32] = "", format[64], what[256], label[256], looked[128];
	const char *trouble = source_trouble(source);
	size_t taken = NAME_COLUMNS + SIZE_COLUMNS + 2 + FORMAT_COLUMNS + 1;

	ddl_text_middle(name, sizeof name, source->name, NAME_COLUMNS);
	if (source->size)
		ddl_text_size(size, sizeof size, source->size);
	if (trouble) {
		snprintf(line, sizeof line, "%s%9s  %s", name, size, trouble);
	} else {
		ddl_text_column(format, sizeof format,
				*source->format || source->look == DDL_LOOK_UNDER_WAY ? source->format : "-", FORMAT_COLUMNS);
		source_text(what, sizeof what, source);
		taken += ddl_text_width(ddl_describe_source(looked, sizeof looked, source)) + (*looked ? 2 : 0);
		ddl_text_column(label, sizeof label, what, columns > taken ? columns - taken : 0);
		snprintf(line, sizeof line, "%s%9s  %s %s%s%s", name, size, format, label, *looked ? "  " : "", looked);
	}
	ddl_text_column(to, room, line, columns);
}

/* Where the cursor was, also when the list is another one now. */
static char last_name[64];

static size_t first_source(const struct ddl_question *question)
{
	for (size_t i = 0; i < question->n_sources; i++)
		if (!strcmp(question->sources[i]->name, last_name))
			return i;
	for (size_t i = 0; i < question->n_sources && !*last_name && !question->chosen; i++)
		if (question->sources[i]->fitting)
			return i;
	return question->chosen < question->n_sources ? question->chosen : 0;
}

static newtComponent add_sources(struct screen *screen, const struct ddl_question *question, int row, int rows, size_t *columns)
{
	char line[LINE_ROOM];
	bool scrolls = question->n_sources > (size_t)rows;
	newtComponent list = newtListbox(1, row, rows, NEWT_FLAG_RETURNEXIT | (scrolls ? NEWT_FLAG_SCROLL : 0));

	*columns = (size_t)screen->width - (scrolls ? 5 : 2);
	for (size_t i = 0; i < question->n_sources; i++) {
		source_line(line, sizeof line, question->sources[i], *columns);
		newtListboxAppendEntry(list, language_shown(line), (void *)(uintptr_t)(i + 1));
	}
	newtListboxSetWidth(list, screen->width - 2);
	newtListboxSetCurrent(list, (int)first_source(question));
	screen_add(screen, list);
	return list;
}

static const char *source_help(void)
{
	return _("Above you see the controllers and disks of this machine. A controller marked with \"!\" has "
		 "no driver: its disks cannot be seen yet.\n\nPut the driver disk in (a CD, a USB stick, or a stick "
		 "with the vendor's ISO file on it), choose it in the list and press Enter. The list follows "
		 "what is put in and taken out, and says what is on it; L looks again, E opens a CD drive.\n\n"
		 "T lets you type the path of a device, directory or file.\n"
		 "F3 or M shows all controllers and disks.\n"
		 "C goes on with the installation without loading anything. Escape cancels, and loads nothing either.");
}

static void write_machine(const struct print *print, const void *what)
{
	print_machine(print, what);
}

static void show_machine(const struct ddl_machine *machine)
{
	(void)screen_page(_("This machine"), write_machine, machine,
			  _("These are all storage and network controllers, with the driver that "
			    "each has, and the disks. \"!\" marks a controller without a driver: its disks cannot be seen "
			    "yet.\n\nArrows, Page Up and Page Down move through the text. C, Enter or Escape closes it."),
			  NULL, NULL);
}

/* Lets the person type a path; false when they went back. */
static bool type_path(struct ddl_question *question)
{
	static char path[PATH_ROOM];
	const struct screen_button buttons[] = { { _("OK"), 'o' }, { _("Back"), 'b' }, { NULL, 0 } };
	struct screen screen;
	const char *value = NULL;

	screen_open(&screen, _("Type a path"), screen_widest(), 6);
	screen_label(&screen, 1, 1, _("Path of a device, directory or file:"), 0);
	newtComponent entry = newtEntry(1, 2, path, screen.width - 2, &value, NEWT_FLAG_SCROLL | NEWT_FLAG_RETURNEXIT);
	screen_add(&screen, entry);
	screen.typing = true;
	screen.help = _("Type where the driver disk is: a device as /dev/sdb1 or sdb1, a directory, or an ISO, ZIP, RPM or "
			"module file. LABEL=... and UUID=... name a file system.\n\nEnter looks there. Escape goes back; what "
			"was typed is kept.");
	screen_help_line(_(" Enter: look there   Tab: move   Esc: back   F1: help"));
	screen_buttons(&screen, buttons);
	int key = screen_run(&screen);
	snprintf(path, sizeof path, "%s", newtEntryGetValue(entry));
	screen_close(&screen);
	if ((key != SCREEN_ENTER && key != 'o') || !*path)
		return false;
	question->typed = path;
	return true;
}

/* At the right of the screen's first line, for good. */
static void show_kernel(const struct ddl_machine *machine)
{
	char line[64];

	snprintf(line, sizeof line, _("kernel %.40s"), machine->release);
	newtDrawRootText(-1 - (int)ddl_text_width(line), 0, line);
}

struct source_screen {
	struct screen screen;
	newtComponent list; /* NULL: there is nothing to choose */
	size_t columns; /* of its lines */
	struct ddl_source *const *sources; /* those that it shows */
};

static void open_sources(struct source_screen *open, const struct ddl_question *question)
{
	const struct screen_button buttons[] = { { _("OK"), 'o' },
						 { _("Look again"), 'l' },
						 { _("Type a path"), 't' },
						 { _("Continue without a driver"), 'c' },
						 { NULL, 0 } };
	struct rows rows = rows_for(question);

	screen_keep_keys(); /* the list may be one that was made anew under the hands of who types */
	screen_open(&open->screen, _("This machine and its media"), screen_widest(),
		    machine_rows(&rows) + 1 + 1 + (rows.sources ? rows.sources : 1) + 2);
	open->screen.help = source_help();
	screen_help_line(rows.sources ? _(" Enter: choose   L: look   E: eject   F3 M: machine   Esc: cancel   F1 ?: help") :
					_(" Enter: look again   T: type a path   F3 M: machine   Esc: cancel   F1 ?: help"));
	int row = add_machine(&open->screen, question->machine, &rows) + 1;
	show_kernel(question->machine);
	open->list = NULL;
	open->sources = question->sources;
	if (rows.sources) {
		screen_label(&open->screen, 1, row, _("Where is the driver disk?"), SCREEN_COLOUR_STRONG);
		open->list = add_sources(&open->screen, question, row + 1, rows.sources, &open->columns);
	} else {
		screen_label(&open->screen, 1, row, _("No medium was found."), SCREEN_COLOUR_ALARM);
		screen_label(&open->screen, 1, row + 1, _("Put the driver disk in and look again."), 0);
	}
	screen_buttons(&open->screen, rows.sources ? buttons : buttons + 1);
	screen_key(&open->screen, NEWT_KEY_F3);
	screen_key(&open->screen, 'm');
	screen_key(&open->screen, 'M');
	if (rows.sources) {
		screen_key(&open->screen, 'e');
		screen_key(&open->screen, 'E');
	}
	if (question->live)
		screen_watch(&open->screen, question->watch_fd);
}

static enum ddl_reply choose_listed(const struct source_screen *open, struct ddl_question *question)
{
	size_t number = (size_t)(uintptr_t)newtListboxGetCurrent(open->list);

	if (!number)
		return DDL_REPLY_AGAIN;
	question->chosen = number - 1;
	return DDL_REPLY_YES;
}

static void keep_cursor(const struct source_screen *open)
{
	size_t number = open->list ? (size_t)(uintptr_t)newtListboxGetCurrent(open->list) : 0;

	if (number)
		snprintf(last_name, sizeof last_name, "%s", open->sources[number - 1]->name);
}

static bool same_media(const struct source_screen *open, const struct ddl_question *question)
{
	if (!open->list || newtListboxItemCount(open->list) != (int)question->n_sources)
		return false;
	for (size_t i = 0; i < question->n_sources; i++)
		if (strcmp(open->sources[i]->name, question->sources[i]->name) != 0)
			return false;
	return true;
}

/* What is known of the media is written where it was; where others are there, the list is drawn anew. */
static void draw_again(struct source_screen *open, const struct ddl_question *question)
{
	char line[LINE_ROOM];

	if (same_media(open, question)) {
		open->sources = question->sources;
		for (size_t i = 0; i < question->n_sources; i++) {
			source_line(line, sizeof line, question->sources[i], open->columns);
			newtListboxSetEntry(open->list, (int)i, language_shown(line));
		}
		return;
	}
	keep_cursor(open);
	screen_close(&open->screen);
	open_sources(open, question);
}

static void hear(struct source_screen *open, struct ddl_question *question)
{
	switch (ddl_monitor_news(question)) {
	case DDL_NEWS_LIST:
		draw_again(open, question);
		break;
	case DDL_NEWS_MEDIA:
		screen_timer(&open->screen, QUIET_MS);
		break;
	case DDL_NEWS_NONE:
	default:
		break;
	}
}

/* What is done about it is heard from the kernel. */
static void eject(const struct source_screen *open, struct ddl_question *question)
{
	size_t number = open->list ? (size_t)(uintptr_t)newtListboxGetCurrent(open->list) : 0;
	struct ddl_error error = DDL_ERROR_INIT;

	if (number && ddl_monitor_eject(question, number - 1, &error) < 0)
		screen_error(question->sources[number - 1]->name, &error);
}

/* Nobody leaves a machine without its disks by one wrong key. */
static bool goes_without(const struct ddl_machine *machine)
{
	const struct screen_button buttons[] = { { _("Back"), 'b' }, { _("Go on without"), 'g' }, { NULL, 0 } };
	char words[LINE_ROOM];

	return !*text_without(words, sizeof words, machine) || screen_text(_("Without a driver"), words, NULL, buttons) == 'g';
}

/* True when the key answers the question. */
static bool source_key(struct source_screen *open, struct ddl_question *question, int key, enum ddl_reply *reply)
{
	*reply = DDL_REPLY_NO;
	switch (key) {
	case SCREEN_ENTER:
	case 'o':
		*reply = open->list ? choose_listed(open, question) : DDL_REPLY_AGAIN;
		return true;
	case SCREEN_TIMER: /* media have come or gone, and it is quiet since */
	case 'l':
		*reply = DDL_REPLY_AGAIN;
		return true;
	case SCREEN_WATCH:
		hear(open, question);
		return false;
	case 'e':
		eject(open, question);
		return false;
	case 't':
		*reply = DDL_REPLY_YES;
		return type_path(question);
	case 'c':
	case SCREEN_BACK:
		*reply = key == 'c' ? DDL_REPLY_SKIP : DDL_REPLY_NO;
		return goes_without(question->machine);
	case 'm':
	case NEWT_KEY_F3:
		show_machine(question->machine);
		return false;
	case SCREEN_GONE:
	default:
		return true;
	}
}

enum ddl_reply newt_ask_source(struct ddl_question *question)
{
	struct source_screen open;
	enum ddl_reply reply;

	open_sources(&open, question);
	while (!source_key(&open, question, screen_run(&open.screen), &reply))
		continue;
	keep_cursor(&open);
	screen_close(&open.screen);
	return reply;
}
