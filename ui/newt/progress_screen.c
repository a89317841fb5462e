/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes on between the questions: looking, testing with a bar, and the steps of a load. */
#include "newt/screen.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "front/front.h"
#include "newt/questions.h"
#include "terminal/language.h"

#define LINE_ROOM 512U
#define DISK_ROOM 256U
#define REDRAW_MS 50 /* bars move no more often than this */
#define MOST_STEPS 12
#define MOST_DISKS 8 /* the last ones that have appeared */
#define SETTLE_AFTER_MS 500 /* disks that are there at once need no window of their own */
#define WAIT_COLUMNS 60
#define SPEED_AFTER_MS 1000 /* a speed from less than this is a guess */
#define SHOWN_SECONDS 120UL /* more are shown as minutes */
#define BRIEF_MS 300 /* a list that is made anew takes no key for so long: it is for the list */
#define BAR_STEPS 1000 /* newt's scale counts in these */

enum window { WINDOW_NONE, WINDOW_WAIT, WINDOW_TEST, WINDOW_STEPS, WINDOW_SETTLE };

static struct {
	enum window window;
	struct screen screen;
	newtComponent line, figures, bar, steps[MOST_STEPS], disks[MOST_DISKS];
	int n_steps;
	char disk[MOST_DISKS][DISK_ROOM]; /* of the load that is shown, the oldest first */
	size_t n_disks; /* that have appeared, also those that have left the list */
	const struct ddl_plan *plan;
	long long opened, drawn;
	long long started; /* when the bytes in this count began to be read; 0: not yet */
	uint64_t started_at, total; /* and how many were read then, of how many */
	bool cancelled, opening; /* opened by this event, and not drawn yet */
} progress;

void newt_progress_plan(const struct ddl_plan *plan)
{
	progress.plan = plan;
	progress.n_disks = 0;
}

void newt_progress_close(void)
{
	if (progress.window != WINDOW_NONE && screens_up())
		screen_close(&progress.screen);
	progress.window = WINDOW_NONE;
	progress.cancelled = false;
}

static void set_label(newtComponent label, const char *text)
{
	char line[LINE_ROOM];

	newtLabelSetText(label, language_shown(ddl_text_column(line, sizeof line, text, (size_t)progress.screen.width - 2)));
}

static void open_wait(void)
{
	screen_keep_keys(); /* as a list does that is made anew */
	screen_open(&progress.screen, _("One moment"), WAIT_COLUMNS, 5);
	progress.line = screen_label(&progress.screen, 1, 1, "", 0);
	progress.figures = screen_label(&progress.screen, 1, 2, "", 0);
	screen_label(&progress.screen, 1, 4, _("Escape stops this."), 0);
	screen_help_line(_(" Esc: stop"));
}

static void open_test(void)
{
	screen_open(&progress.screen, _("Testing the packages"), screen_widest(), 7);
	progress.line = screen_label(&progress.screen, 1, 1, "", 0);
	progress.bar = newtScale(1, 3, progress.screen.width - 2, BAR_STEPS);
	screen_add(&progress.screen, progress.bar);
	progress.figures = screen_label(&progress.screen, 1, 4, "", 0);
	screen_label(&progress.screen, 1, 6, _("Escape stops the test."), 0);
	screen_help_line(_(" Esc: stop"));
}

static void open_steps(void)
{
	size_t count = progress.plan ? progress.plan->n_ops : 0;

	progress.n_steps = count < MOST_STEPS ? (int)count : MOST_STEPS;
	screen_open(&progress.screen, _("Loading"), screen_widest(), progress.n_steps + 7);
	for (int i = 0; i < progress.n_steps; i++)
		progress.steps[i] = screen_label(&progress.screen, 1, 1 + i, "", 0);
	int row = 2 + progress.n_steps;
	progress.line = screen_label(&progress.screen, 1, row, "", 0);
	progress.bar = newtScale(1, row + 1, progress.screen.width - 2, BAR_STEPS);
	screen_add(&progress.screen, progress.bar);
	progress.figures = screen_label(&progress.screen, 1, row + 2, "", 0);
	screen_help_line("");
	screen_label(&progress.screen, 1, row + 4, _("Please wait: this is not interrupted half-way."), 0);
}

/* The driver is loaded: what it brings is listed as it comes, and one may go on at any time. */
static void open_settle(void)
{
	const struct screen_button buttons[] = { { _("Continue"), 'c' }, { _("Wait longer"), 'w' }, { NULL, 0 } };

	screen_open(&progress.screen, _("Waiting for the disks"), screen_widest(), MOST_DISKS + 8);
	progress.line = screen_label(&progress.screen, 1, 1, "", 0);
	for (int i = 0; i < MOST_DISKS; i++)
		progress.disks[i] = screen_label(&progress.screen, 3, 2 + i, "", 0);
	progress.bar = newtScale(1, MOST_DISKS + 3, progress.screen.width - 2, BAR_STEPS);
	screen_add(&progress.screen, progress.bar);
	progress.figures = screen_label(&progress.screen, 1, MOST_DISKS + 4, "", 0);
	screen_buttons(&progress.screen, buttons);
	screen_help_line(_(" Tab: move   Enter: press   Letter: its button"));
}

static void need_window(enum window window)
{
	if (progress.window == window)
		return;
	bool cancelled = progress.cancelled;
	newt_progress_close();
	progress.cancelled = cancelled;
	progress.window = window;
	progress.opening = true;
	progress.opened = (long long)ddl_clock_ms();
	progress.drawn = 0;
	progress.started = 0;
	if (window == WINDOW_WAIT)
		open_wait();
	else if (window == WINDOW_TEST)
		open_test();
	else if (window == WINDOW_SETTLE)
		open_settle();
	else
		open_steps();
}

/* ---------------------------------------------------------------------- the steps */

static char step_mark(enum ddl_op_state state)
{
	switch (state) {
	case DDL_OP_RUNNING:
		return '>';
	case DDL_OP_DONE:
		return '*';
	case DDL_OP_FAILED:
	case DDL_OP_NOT_UNDONE:
		return '!';
	case DDL_OP_UNDONE:
		return '<';
	case DDL_OP_PENDING:
	default:
		return ' ';
	}
}

static const char *step_state(enum ddl_op_state state)
{
	switch (state) {
	case DDL_OP_FAILED:
		return _("FAILED");
	case DDL_OP_UNDONE:
		return _("undone");
	case DDL_OP_NOT_UNDONE:
		return _("could not be undone");
	case DDL_OP_PENDING:
	case DDL_OP_RUNNING:
	case DDL_OP_DONE:
	default:
		return "";
	}
}

/* The first step that is shown, so that the running one is among them. */
static size_t first_step(void)
{
	size_t running = 0;

	for (size_t i = 0; i < progress.plan->n_ops; i++)
		if (progress.plan->ops[i].state != DDL_OP_PENDING)
			running = i;
	return running < MOST_STEPS ? 0 : running - MOST_STEPS + 1;
}

static void draw_steps(void)
{
	char words[LINE_ROOM / 2], line[LINE_ROOM];

	if (!progress.plan)
		return;
	size_t first = first_step();
	for (int i = 0; i < progress.n_steps; i++) {
		const struct ddl_op *op = &progress.plan->ops[first + (size_t)i];
		bool bad = op->state == DDL_OP_FAILED || op->state == DDL_OP_NOT_UNDONE;
		ddl_describe_op(words, sizeof words, op);
		snprintf(line, sizeof line, "[%c] %s  %s", step_mark(op->state), words, step_state(op->state));
		newtLabelSetColors(progress.steps[i], bad ? SCREEN_COLOUR_ALARM : NEWT_COLORSET_LABEL);
		set_label(progress.steps[i], line);
	}
}

/* ---------------------------------------------------------------------- the disks */

static void note_disk(const struct ddl_disk *disk)
{
	if (progress.n_disks >= MOST_DISKS)
		memmove(progress.disk[0], progress.disk[1], (MOST_DISKS - 1) * DISK_ROOM);
	text_disk(progress.disk[progress.n_disks < MOST_DISKS ? progress.n_disks : MOST_DISKS - 1], DISK_ROOM, disk);
	progress.n_disks++;
}

static void draw_disks(void)
{
	char line[LINE_ROOM];

	if (progress.n_disks)
		snprintf(line, sizeof line,
			 ddl_trn("The driver is loaded; %zu disk has appeared:", "The driver is loaded; %zu disks have appeared:",
				 progress.n_disks),
			 progress.n_disks);
	else
		snprintf(line, sizeof line, "%s", _("The driver is loaded; its disks are listed here as they appear."));
	set_label(progress.line, line);
	for (size_t i = 0; i < MOST_DISKS; i++)
		if (i < progress.n_disks)
			newtLabelSetText(progress.disks[i], language_shown(ddl_text_column(line, sizeof line, progress.disk[i],
											   (size_t)progress.screen.width - 4)));
}

/* ------------------------------------------------------------------------- events */

static void draw_bar(const struct ddl_event *event)
{
	if (!event->total)
		return;
	uint64_t done = event->done < event->total ? event->done : event->total;
	/* In floating point: bytes times steps may be more than 64 bits hold. */
	newtScaleSet(progress.bar, (unsigned long long)((double)done / (double)event->total * BAR_STEPS));
}

/* "45.0 MB of 120 MB, 2.1 MB/s, 36 seconds left"; the last two once they can be told. */
static void figures_line(char *to, size_t room, const struct ddl_event *event)
{
	char done[32], total[32], speed[32];
	long long passed = (long long)ddl_clock_ms() - progress.started;
	uint64_t read = event->done - progress.started_at;

	ddl_text_size(done, sizeof done, event->done);
	ddl_text_size(total, sizeof total, event->total);
	if (passed < SPEED_AFTER_MS || !read || event->done >= event->total) {
		snprintf(to, room, _("%s of %s"), done, total);
		return;
	}
	double rate = (double)read * 1000.0 / (double)passed;
	unsigned long left = (unsigned long)((double)(event->total - event->done) / rate) + 1;
	ddl_text_size(speed, sizeof speed, (uint64_t)rate);
	if (left < SHOWN_SECONDS)
		snprintf(to, room,
			 ddl_trn("%s of %s, %s a second, %lu second left", "%s of %s, %s a second, %lu seconds left", left), done,
			 total, speed, left);
	else
		snprintf(to, room, _("%s of %s, %s a second, %lu minutes left"), done, total, speed, (left + 59) / 60);
}

/* A new count of bytes begins: what was read before says nothing about its speed. */
static void note_start(const struct ddl_event *event)
{
	if (progress.started && event->total == progress.total && event->done >= progress.started_at)
		return;
	progress.started = (long long)ddl_clock_ms();
	progress.started_at = event->done;
	progress.total = event->total;
}

static void draw_figures(const struct ddl_event *event)
{
	char line[LINE_ROOM];

	if (event->phase == DDL_PHASE_SETTLE && event->most)
		snprintf(line, sizeof line, _("%lu of %lu seconds; %lu at most, while disks appear"),
			 (unsigned long)(event->done / 1000), (unsigned long)(event->total / 1000),
			 (unsigned long)(event->most / 1000));
	else if (event->phase == DDL_PHASE_SETTLE)
		snprintf(line, sizeof line, _("%lu of at most %lu seconds"), (unsigned long)(event->done / 1000),
			 (unsigned long)(event->total / 1000));
	else
		figures_line(line, sizeof line, event);
	set_label(progress.figures, line);
}

static void on_progress(const struct ddl_event *event)
{
	long long now = (long long)ddl_clock_ms();

	if (progress.drawn && now - progress.drawn < REDRAW_MS && event->done < event->total)
		return;
	progress.drawn = now;
	if (event->phase == DDL_PHASE_TEST) {
		need_window(WINDOW_TEST);
		note_start(event);
		set_label(progress.line, event->what ? event->what : "");
	} else if (event->phase == DDL_PHASE_LOOK) {
		need_window(WINDOW_WAIT);
		note_start(event);
		draw_figures(event);
		return; /* there is no bar: how many media and packs come is not known */
	} else if (event->phase == DDL_PHASE_SETTLE && event->most && event->done >= SETTLE_AFTER_MS) {
		need_window(WINDOW_SETTLE);
		draw_disks();
	} else if (event->phase == DDL_PHASE_SETTLE) {
		need_window(WINDOW_STEPS);
		set_label(progress.line, _("Waiting for the disks:"));
	} else {
		return;
	}
	draw_bar(event);
	draw_figures(event);
}

static void on_phase(const struct ddl_event *event)
{
	char line[LINE_ROOM];

	switch (event->phase) {
	case DDL_PHASE_TEST:
		need_window(WINDOW_TEST);
		break;
	case DDL_PHASE_APPLY:
	case DDL_PHASE_SETTLE:
		need_window(WINDOW_STEPS);
		draw_steps();
		break;
	case DDL_PHASE_LOOK:
		need_window(WINDOW_WAIT);
		snprintf(line, sizeof line, _("Reading %s ..."), event->what ? event->what : "");
		set_label(progress.line, line);
		break;
	case DDL_PHASE_SOURCES:
		need_window(WINDOW_WAIT);
		set_label(progress.line, _("Looking for media ..."));
		break;
	case DDL_PHASE_PLAN:
	case DDL_PHASE_MACHINE:
	default:
		need_window(WINDOW_WAIT);
		set_label(progress.line, _("Looking at the machine ..."));
		break;
	}
}

static void show(const struct ddl_event *event)
{
	switch (event->kind) {
	case DDL_EVENT_PHASE:
		on_phase(event);
		break;
	case DDL_EVENT_PROGRESS:
		on_progress(event);
		break;
	case DDL_EVENT_STEP:
		need_window(WINDOW_STEPS);
		draw_steps();
		break;
	case DDL_EVENT_NOTE:
		if (progress.window != WINDOW_NONE)
			set_label(progress.line, event->what);
		break;
	case DDL_EVENT_DISK:
		note_disk(event->disk);
		break;
	case DDL_EVENT_PACKAGE: /* the result page lists them all */
	default:
		break;
	}
	if (progress.window == WINDOW_NONE)
		return;
	if (progress.opening)
		screen_draw(&progress.screen);
	progress.opening = false;
	newtRefresh(); /* labels and bars have drawn themselves */
}

enum ddl_wish newt_progress(const struct ddl_event *event)
{
	show(event);
	bool listing = event->phase == DDL_PHASE_MACHINE || event->phase == DDL_PHASE_SOURCES;
	if (progress.window == WINDOW_NONE || (listing && (long long)ddl_clock_ms() - progress.opened < BRIEF_MS))
		return front_wish();
	int key = screen_peek(&progress.screen);
	if (progress.window == WINDOW_SETTLE || progress.window == WINDOW_STEPS) /* a terminal that is gone says nothing */
		return key == 'c' ? DDL_WISH_STOP : key == 'w' ? DDL_WISH_LONGER : front_wish();
	if (key == SCREEN_GONE || key == SCREEN_BACK)
		progress.cancelled = true;
	return progress.cancelled ? DDL_WISH_STOP : DDL_WISH_GO_ON;
}
