/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filled paragraphs, and the reports made of them. */
#include "front/print.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "terminal/language.h"
#include "terminal/term.h"

#define LINE_ROOM 8192U
#define HANGING 2U /* further lines of an indented paragraph stand in by this */
#define OWN "ddload:" /* programs and people look for lines that begin so: words from a disk begin none */
#define NARROWEST 20U /* columns a paragraph keeps, whatever the indent */
#define MOST_ADDRESS 16U /* columns of the table of controllers */
#define MOST_DRIVER 24U
#define IDS_COLUMNS 9U
#define MOST_SEEN 3U /* things of no use that are named without -v */

struct print print_on(FILE *file, bool verbose)
{
	return (struct print){ file, term_columns(fileno(file)), verbose };
}

/* Bytes of the character that starts here, and whether it takes two columns, as Chinese does. */
static size_t character(const char *text, bool *wide)
{
	char one[8] = "";
	size_t length = 1;

	while (((unsigned char)text[length] & 0xc0) == 0x80 && length < sizeof one - 1)
		length++;
	memcpy(one, text, length);
	*wide = length > 1 && ddl_text_width(one) > 1;
	return length;
}

/* A stop or a closing bracket of Chinese text, which begins no line. */
static bool is_stop(const char *text)
{
	static const char *const stops[] = { "\u3002", "\u3001", "\uff0c", "\uff1a", "\uff1b", "\uff09", "\uff1f" };

	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
		if (!strncmp(text, stops[i], strlen(stops[i])))
			return true;
	return false;
}

/* The length in bytes of the next word and its columns. Between wide characters a line may end. */
static size_t next_word(const char *text, size_t *columns)
{
	char word[LINE_ROOM];
	size_t length = 0, next;
	bool wide = false, after_wide = false;

	for (; text[length] && text[length] != ' ' && text[length] != '\n'; length += next) {
		next = character(text + length, &wide);
		if (length + next >= sizeof word)
			break;
		if (length && (wide || after_wide) && !is_stop(text + length))
			break;
		after_wide = wide;
	}
	memcpy(word, text, length);
	word[length] = '\0';
	*columns = ddl_text_width(word);
	return length;
}

static void put_blanks(FILE *file, unsigned count)
{
	while (count--)
		fputc(' ', file);
}

/* How many bytes of a word fit into so many columns, at least one character. */
static size_t part_of(const char *word, size_t length, size_t room, size_t *columns)
{
	size_t used = 0, next;
	bool wide;

	*columns = 0;
	for (; used < length; used += next) {
		next = character(word + used, &wide);
		if (used && *columns + 1 + wide > room)
			break;
		*columns += 1 + (size_t)wide;
	}
	return used;
}

/* Fills one paragraph (up to a line break) and returns what comes after it. */
static const char *fill(const struct print *print, unsigned indent, const char *text)
{
	size_t room = print->width > indent + NARROWEST ? print->width - 1 - indent : NARROWEST;
	unsigned hanging;
	size_t used = 0;

	put_blanks(print->file, indent);
	while (*text && *text != '\n') {
		size_t blanks = strspn(text, " "), columns;
		size_t length = next_word(text + blanks, &columns);
		if (!length) { /* blanks at the end */
			text += blanks;
			continue;
		}
		if (print->width && used && used + blanks + columns > room) {
			fputc('\n', print->file);
			blanks = 0;
			text += strspn(text, " ");
			hanging = indent || ddl_text_starts(text, OWN) ? HANGING : 0;
			put_blanks(print->file, indent + hanging);
			used = hanging;
		}
		if (print->width && columns > room - used - blanks) /* longer than a line, as names of files are */
			length = part_of(text + blanks, length, room - used - blanks, &columns);
		fwrite(text, 1, blanks + length, print->file);
		text += blanks + length;
		used += blanks + columns;
	}
	fputc('\n', print->file);
	return *text == '\n' ? text + 1 : text;
}

/* `own`: it is our sentence that begins with our name. */
static void print_paragraphs(const struct print *print, unsigned indent, const char *text, bool own)
{
	if (print->width) /* a terminal */
		text = language_shown(text);
	do {
		text = fill(print, !indent && !own && ddl_text_starts(text, OWN) ? HANGING : indent, text);
		own = false;
	} while (*text);
}

void print_text(const struct print *print, unsigned indent, const char *text)
{
	print_paragraphs(print, indent, text, false);
}

void print_line(const struct print *print, unsigned indent, const char *format, ...)
{
	char text[LINE_ROOM];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	print_paragraphs(print, indent, text, ddl_text_starts(format, OWN));
}

void print_blank(const struct print *print)
{
	fputc('\n', print->file);
}

/* What it was about, and what to do; each a paragraph of its own on a page. */
static void print_about(const struct print *print, const struct ddl_error *error, bool page)
{
	const char *hint = ddl_code_hint(error->code);
	char about[2 * DDL_ERROR_TEXT];

	if (*ddl_describe_about(about, sizeof about, error)) {
		if (page)
			print_blank(print);
		print_line(print, 2, "%s", about);
	}
	if (*hint) {
		if (page)
			print_blank(print);
		print_line(print, page ? 0 : 2, "%s", hint);
	}
}

void print_trouble(const struct print *print, const struct ddl_error *error)
{
	fflush(stdout); /* results before what went wrong, where both go to one pipe */
	print_line(print, 0, _("ddload: %s"), ddl_code_sentence(error->code));
	print_about(print, error, false);
}

void print_trouble_page(const struct print *print, const struct ddl_error *error)
{
	print_line(print, 0, "%s", ddl_code_sentence(error->code));
	print_about(print, error, true);
}

char *text_disk(char *to, size_t room, const struct ddl_disk *disk)
{
	char size[32];

	ddl_text_size(size, sizeof size, disk->size);
	snprintf(to, room, "%-4s  %8s  %s", disk->name, size, disk->model);
	return to;
}

/* Columns of the widest address and driver's name, so that the names of devices get the rest. */
static void table_columns(const struct ddl_machine *machine, size_t *address, size_t *driver)
{
	*address = 0;
	*driver = ddl_text_width(_("NO DRIVER"));
	for (size_t i = 0; i < machine->n_devices; i++) {
		const struct ddl_device *device = &machine->devices[i];
		size_t place = ddl_text_width(ddl_describe_address(device->address)), name = ddl_text_width(device->driver);

		if (device->class == DDL_CLASS_OTHER)
			continue;
		*address = place > *address ? place : *address;
		*driver = name > *driver ? name : *driver;
	}
	*address = *address < MOST_ADDRESS ? *address : MOST_ADDRESS;
	*driver = *driver < MOST_DRIVER ? *driver : MOST_DRIVER;
}

char *text_device(char *to, size_t room, const struct ddl_machine *machine, const struct ddl_device *device, size_t columns)
{
	const char *class = device->class == DDL_CLASS_STORAGE ? _("storage") : _("network");
	char where[128], ids[64], kind[64], driver[256], cut[512];
	const char *name = device->name ? device->name : "";
	size_t address, widest;

	table_columns(machine, &address, &widest);
	snprintf(to, room, "%c %s %s %s %s ", *device->driver ? ' ' : '!',
		 ddl_text_middle(where, sizeof where, ddl_describe_address(device->address), address),
		 ddl_text_column(ids, sizeof ids, device->ids, IDS_COLUMNS),
		 ddl_text_column(kind, sizeof kind, class, ddl_text_width(class)),
		 ddl_text_column(driver, sizeof driver, *device->driver ? device->driver : _("NO DRIVER"), widest));
	size_t used = ddl_text_width(to);
	if (columns)
		name = ddl_text_middle(cut, sizeof cut, name, columns > used ? columns - used : 0);
	snprintf(to + strlen(to), room - strlen(to), "%s", name);
	return to;
}

char *text_controllers(char *to, size_t room, const struct ddl_machine *machine)
{
	unsigned long all = 0, idle = 0;
	char count[128];

	for (size_t i = 0; i < machine->n_devices; i++) {
		if (machine->devices[i].class == DDL_CLASS_OTHER)
			continue;
		all++;
		idle += !*machine->devices[i].driver;
	}
	if (!all) {
		snprintf(to, room, "%s", _("No storage or network controller was found."));
		return to;
	}
	snprintf(count, sizeof count, ddl_trn("%lu storage or network controller", "%lu storage and network controllers", all),
		 all);
	if (idle)
		snprintf(to, room, _("%s, %lu without a driver:"), count, idle);
	else
		snprintf(to, room, _("%s, each with a driver:"), count);
	return to;
}

char *text_without(char *to, size_t room, const struct ddl_machine *machine)
{
	unsigned long idle = 0;

	for (size_t i = 0; i < machine->n_devices; i++)
		idle += machine->devices[i].class == DDL_CLASS_STORAGE && !*machine->devices[i].driver;
	*to = '\0';
	if (idle)
		snprintf(
			to, room,
			ddl_trn("Go on without a driver? %lu storage controller has none: the installer will not see its disks.",
				"Go on without a driver? %lu storage controllers have none: the installer will not see their disks.",
				idle),
			idle);
	return to;
}

static void print_disks(const struct print *print, const struct ddl_disk *disks, size_t count)
{
	char line[512];

	for (size_t i = 0; i < count; i++)
		print_line(print, 2, "%s", text_disk(line, sizeof line, &disks[i]));
}

void print_interrupted(const struct print *print, const struct ddl_machine *machine)
{
	if (!machine->interrupted)
		return;
	print_line(print, 0, _("An earlier run was killed while it changed drivers: %s"), machine->interrupted);
	print_line(
		print, 0, "%s",
		_("The drivers may be half changed, and no controller may be relied on. The way out is to start the machine again."));
}

void print_machine(const struct print *print, const struct ddl_machine *machine)
{
	char line[512];

	print_interrupted(print, machine);
	print_line(print, 0, "%s", text_controllers(line, sizeof line, machine));
	for (int bound = 0; bound < 2; bound++) /* what is in need comes first */
		for (size_t i = 0; i < machine->n_devices; i++) {
			const struct ddl_device *device = &machine->devices[i];

			if (device->class != DDL_CLASS_OTHER && (*device->driver != '\0') == bound)
				print_line(print, 1, "%s", text_device(line, sizeof line, machine, device, 0));
		}
	print_line(print, 0, "%s", ddl_machine_own_disks(machine) ? _("Disks:") : _("No disk was found."));
	for (size_t i = 0; i < machine->n_disks; i++)
		if (!machine->disks[i].removable)
			print_disks(print, &machine->disks[i], 1);
}

char *text_source(char *to, size_t room, const struct ddl_source *source)
{
	char size[32], looked[128];

	if (source->trouble.code != DDL_OK) {
		snprintf(to, room, "%s: %s", source->name, ddl_code_sentence(source->trouble.code));
		return to;
	}
	if (source->kind == DDL_SOURCE_DEVICE && !source->size && source->look != DDL_LOOK_UNDER_WAY) {
		snprintf(to, room, _("%s: no medium in the drive"), source->name);
		return to;
	}
	ddl_describe_source(looked, sizeof looked, source);
	if (source->kind != DDL_SOURCE_DEVICE) {
		snprintf(to, room, "%s%s%s", source->name, *looked ? "  " : "", looked);
		return to;
	}
	ddl_text_size(size, sizeof size, source->size);
	snprintf(to, room, "%s  %s  %s%s%s%s%s", source->name, size,
		 *source->format || source->look == DDL_LOOK_UNDER_WAY ? source->format : _("no file system"),
		 *source->label ? "  " : "", source->label, *looked ? "  " : "", looked);
	return to;
}

char *text_place(char *to, size_t room, const struct ddl_source *source)
{
	char size[32];

	ddl_text_size(size, sizeof size, source->size);
	snprintf(to, room, "%-5s  %8s  %s%s%s%s%s", source->name, size, source->format, *source->label ? "  " : "", source->label,
		 *source->model ? "  " : "", source->model);
	return to;
}

char *text_repo(char *to, size_t room, const struct ddl_repo *repo)
{
	snprintf(to, room, "%s%s%s%s%s", repo->identifier, *repo->version ? " " : "", repo->version, *repo->build ? "-" : "",
		 repo->build);
	return to;
}

char *text_pack(char *to, size_t room, const struct ddl_repo *repo)
{
	char name[512];

	text_repo(name, sizeof name, repo);
	if (repo->where && *repo->where && strcmp(repo->where, repo->identifier) != 0) /* not a file in itself */
		snprintf(to, room, _("%s, in %s"), name, repo->where);
	else
		snprintf(to, room, "%s", name);
	return to;
}

char *text_title(char *to, size_t room, const char *title, const struct ddl_question *question)
{
	if (question->of)
		snprintf(to, room, _("%s (%zu of %zu)"), title, question->number, question->of);
	else
		snprintf(to, room, "%s", title);
	return to;
}

char *text_signature(char *to, size_t room, const struct ddl_repo *repo)
{
	return ddl_describe_repo_signature(to, room, repo);
}

/* Whose key a person has to know is shown to be compared. */
static void print_signature(const struct print *print, unsigned column, const struct ddl_repo *repo)
{
	const struct ddl_signature *signature = ddl_repo_signature(repo);
	char line[512];

	if (!*text_signature(line, sizeof line, repo))
		return;
	print_line(print, column, "%s", line);
	if (signature->state == DDL_SIGNED_UNKNOWN || (print->verbose && signature->state > DDL_SIGNED_UNKNOWN)) {
		ddl_text_groups(line, sizeof line, signature->key);
		print_line(print, column + 2, _("key %s"), line);
	}
}

void print_sums(const struct print *print, unsigned column, const struct ddl_repo *repo)
{
	char line[768];

	for (size_t i = 0; i < repo->n_sums; i++)
		print_line(print, column, "%s", ddl_describe_sum(line, sizeof line, &repo->sums[i]));
}

char *text_sums(char *to, size_t room, const struct ddl_repo *repo)
{
	const char *words = "";
	unsigned states = 0;

	for (size_t i = 0; i < repo->n_sums; i++)
		states |= 1U << repo->sums[i].state;
	if (states & 1U << DDL_SUM_DIFFERS)
		words = _("The checksum on the same medium DIFFERS.");
	else if (states & 1U << DDL_SUM_UNCOMPARED)
		words = _("A checksum of the whole file lies beside it; the test will compare it.");
	else if (states & 1U << DDL_SUM_SAME)
		words = _("The checksum on the same medium agrees: well copied, whoever made it.");
	else if (states)
		words = _("The checksum file beside it does not speak of this disk.");
	snprintf(to, room, "%s", words);
	return to;
}

static const char *text_whole(const struct ddl_repo *repo)
{
	return ddl_repo_damaged_package(repo) ?
		       _("All packages for this kernel are as they should be; of those for other kernels one is not.") :
		       _("All packages are as they should be.");
}

static bool sum_differs(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_sums; i++)
		if (repo->sums[i].state == DDL_SUM_DIFFERS)
			return true;
	return false;
}

void print_trust(const struct print *print, const struct ddl_repo *repo)
{
	const struct ddl_signature *signature = ddl_repo_signature(repo);
	char line[512];

	print_line(print, 0, "%s", text_pack(line, sizeof line, repo));
	print_line(print, 0, "%s", _("This disk is signed by a key that is not known here. The key says that it is of:"));
	print_line(print, 2, "%s", *signature->signer ? signature->signer : _("unnamed"));
	print_line(print, 0, "%s",
		   _("Anybody can make a key with any name. Compare its fingerprint with the one that the "
		     "vendor gives, on paper or on the web page:"));
	ddl_text_groups(line, sizeof line, signature->key);
	print_line(print, 2, "%s", line);
	print_line(print, 0, "%s", _("Only if every digit is the same, trust it for this once."));
}

static void print_module_facts(const struct print *print, const struct ddl_module *module)
{
	if (*module->description)
		print_line(print, 10, "%s", module->description);
	if (*module->vermagic)
		print_line(print, 10, _("built for: %s"), module->vermagic);
	if (*module->srcversion)
		print_line(print, 10, _("source version: %s"), module->srcversion);
	if (*module->alias)
		print_line(print, 10, _("alias that matches: %s"), module->alias);
	print_line(print, 10, ddl_trn("%lu alias", "%lu aliases", (unsigned long)module->n_aliases),
		   (unsigned long)module->n_aliases);
	for (size_t i = 0; i < module->n_aliases; i++)
		print_line(print, 12, "%s", module->aliases[i]);
	for (size_t i = 0; i < module->n_depends; i++)
		print_line(print, 10, _("needs the module %s"), module->depends[i]);
	for (size_t i = 0; i < module->n_firmware; i++)
		print_line(print, 10, _("asks for the firmware %s"), module->firmware[i]);
	if (module->has_signature)
		print_line(print, 10, _("signed by: %s"), *module->signer ? module->signer : _("unnamed"));
	else
		print_line(print, 10, "%s", _("not signed"));
}

static void print_module(const struct print *print, const struct ddl_module *module)
{
	char words[512];

	ddl_describe_fit(words, sizeof words, module);
	print_line(print, 8, "%s%s%s: %s", module->name, *module->version ? " " : "", module->version, words);
	if (module->by_abi)
		print_line(print, 10, "%s", ddl_describe_abi(words, sizeof words, module));
	if (module->commands)
		print_line(print, 10, _("%s: its pack has a command for modprobe to run (install, remove); it is not run"),
			   module->name);
	if (print->verbose)
		print_module_facts(print, module);
}

/* What is wrong, if something is; `about`: and what that was about. */
static void print_why(const struct print *print, unsigned indent, const struct ddl_error *error, bool about)
{
	if (error->code == DDL_OK)
		return;
	print_line(print, indent, "%s", ddl_code_sentence(error->code));
	if (about && *error->text)
		print_line(print, indent, "%s", error->text);
}

static void print_package(const struct print *print, const struct ddl_package *package)
{
	char size[32];

	ddl_text_size(size, sizeof size, package->size);
	print_line(print, 6, "%s (%s)", package->file, size);
	print_why(print, 8, &package->trouble, true);
	if (package->fit == DDL_FIT_TWIN)
		print_line(print, 8, _("the same driver for the kdump kernel %s: not needed here"), package->kernel);
	else if (package->fit == DDL_FIT_OTHER_MACHINE && !package->n_modules)
		print_line(print, 8, _("built for another kind of processor, %s"), package->arch);
	else if (package->fit == DDL_FIT_OTHER_KERNEL && *package->kernel && !package->n_modules)
		print_line(print, 8, _("built for another kernel, %s"), package->kernel);
	for (size_t i = 0; i < package->n_modules; i++)
		print_module(print, package->modules[i]);
	for (size_t i = 0; print->verbose && i < package->n_files; i++)
		if (package->files[i]->kind != DDL_FILE_MODULE)
			print_line(print, 8, "%s", package->files[i]->path);
}

static void print_repo(const struct print *print, const struct ddl_repo *repo, const char *release, bool say_where)
{
	char line[512], groups[128];

	print_line(print, 2, "%s", text_repo(line, sizeof line, repo));
	print_line(print, 4, "%s", repo->description);
	print_line(print, 4, "%s", ddl_describe_repo_fit(line, sizeof line, repo, release));
	for (size_t i = 0; i < repo->n_against; i++)
		print_line(print, 4, _("In the way: %s"), repo->against[i]);
	if (ddl_repo_licence(repo))
		print_line(print, 4, _("its licence will have to be accepted: %s"), ddl_repo_licence(repo)->path);
	if (*repo->fingerprint) {
		ddl_text_groups(groups, sizeof groups, repo->fingerprint);
		print_line(print, 4, _("fingerprint %s"), groups);
	}
	print_signature(print, 4, repo);
	if (print->verbose || sum_differs(repo))
		print_sums(print, 4, repo);
	if (say_where && *repo->where)
		print_line(print, 4, _("in %s"), repo->where);
	for (size_t i = 0; i < repo->n_packages; i++)
		if (print->verbose || repo->packages[i].fit != DDL_FIT_TWIN)
			print_package(print, &repo->packages[i]);
}

/* Packs in several files or directories of the medium? */
static bool apart(const struct ddl_look *look)
{
	for (size_t i = 1; i < look->n_repos; i++)
		if (strcmp(look->repos[i]->where, look->repos[0]->where) != 0)
			return true;
	return false;
}

/* What was seen and is of no use: all where that is wanted, the first where there is nothing else. */
static void print_seen(const struct print *print, const struct ddl_look *look)
{
	size_t count = print->verbose ? look->n_seen : look->n_repos ? 0 : look->n_seen < MOST_SEEN ? look->n_seen : MOST_SEEN;

	for (size_t i = 0; i < count; i++)
		print_line(print, 4, "%s", look->seen[i]);
	if (count && count < look->n_seen)
		print_line(print, 4, _("and %zu more: -v names them"), look->n_seen - count);
}

void print_look(const struct print *print, const struct ddl_look *look, const char *release)
{
	char line[512];

	print_line(print, 0, "%s", text_source(line, sizeof line, look->source));
	if (look->source->trouble.code == DDL_OK)
		print_why(print, 2, &look->trouble, print->verbose && !look->n_seen);
	print_seen(print, look);
	for (size_t i = 0; i < look->n_repos; i++)
		print_repo(print, look->repos[i], release, print->verbose || apart(look));
	for (size_t i = 0; i < look->n_notes; i++)
		print_line(print, 2, _("note: %s"), look->notes[i]);
}

const char *text_verdict(const struct ddl_package *package)
{
	if (ddl_package_is_unread(package))
		return _("not read");
	switch (package->state) {
	case DDL_PKG_TESTED:
	case DDL_PKG_STAGED:
		return _("ok");
	case DDL_PKG_BAD:
		return _("BAD");
	case DDL_PKG_UNREAD:
	default:
		return _("not tested");
	}
}

void print_tested(const struct print *print, const struct ddl_repo *repo)
{
	char line[512], groups[128];

	print_line(print, 0, "%s", text_pack(line, sizeof line, repo));
	ddl_text_groups(groups, sizeof groups, repo->fingerprint);
	if (*groups) /* of what is refused by its signature nothing was read */
		print_line(print, 2, _("fingerprint %s"), groups);
	print_signature(print, 2, repo);
	print_sums(print, 2, repo);
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];
		print_line(print, 2, "%s: %s", package->file, text_verdict(package));
		print_why(print, 4, &package->trouble, true);
	}
}

void print_verdict(const struct print *print, const struct ddl_repo *repo, const struct ddl_error *error)
{
	const struct ddl_package *bad = ddl_repo_bad_package(repo);

	if (bad && !ddl_package_is_unread(bad))
		print_line(print, 0, "%s", _("This pack is damaged and will not be loaded. Fetch or copy the disk again."));
	else if (bad || error)
		print_trouble_page(print, error ? error : &bad->trouble);
	else
		print_line(print, 0, "%s", text_whole(repo));
}

/* `over`: it was carried out, as far as it went. */
static void print_steps(const struct print *print, const struct ddl_plan *plan, bool over)
{
	char line[512];

	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct ddl_op *op = &plan->ops[i];

		ddl_describe_op(line, sizeof line, op);
		print_line(print, 1, "%zu. %s%s", i + 1, line, over ? ddl_describe_op_state(op->state) : "");
		if (op->reason && *op->reason)
			print_line(print, 4, "%s", op->reason);
		if (op->repo)
			print_line(print, 4, _("from %s"), text_repo(line, sizeof line, op->repo));
		if (*op->params && op->kind != DDL_OP_UNLOAD) /* there they are for the way back */
			print_line(print, 4, _("with %s"), op->params);
	}
}

/* What is not done, and what else there is to know. */
static void print_beside(const struct print *print, const struct ddl_plan *plan)
{
	for (size_t i = 0; i < plan->n_left_out; i++)
		print_line(print, 0, _("Left out: %s: %s"), plan->left_out[i].module->name, plan->left_out[i].reason);
	for (size_t i = 0; i < plan->n_assumed; i++)
		print_line(print, 0, _("The installer must have the module %s; what it has is not known here."),
			   plan->assumed[i]);
	for (size_t i = 0; i < plan->n_notes; i++)
		print_line(print, 0, "%s", plan->notes[i]);
}

void print_refusals(const struct print *print, const struct ddl_plan *plan, const struct ddl_error *error)
{
	for (size_t i = 0; i < plan->n_refusals; i++)
		if (!error || strcmp(plan->refusals[i], error->text) != 0)
			print_line(print, 0, _("In the way: %s"), plan->refusals[i]);
}

void print_plan(const struct print *print, const struct ddl_plan *plan)
{
	for (size_t i = 0; i < plan->n_already; i++)
		print_line(print, 0, _("%s %s is loaded already in this version."), plan->already[i]->name,
			   plan->already[i]->version);
	for (size_t i = 0; i < plan->n_away; i++)
		print_line(print, 0, _("%s goes away for some seconds."), plan->away[i]);
	print_steps(print, plan, false);
	if (!plan->n_ops && plan->refusal.code == DDL_OK)
		print_line(print, 0, "%s", _("There is nothing to do."));
	print_beside(print, plan);
	print_refusals(print, plan, NULL);
}

/* After the way back: what was there before is there again, by name. */
static void print_back(const struct print *print, const struct ddl_plan *plan)
{
	bool was_away = false;

	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct ddl_op *op = &plan->ops[i];

		if (op->state != DDL_OP_UNDONE)
			continue;
		was_away = was_away || op->kind == DDL_OP_UNLOAD || op->kind == DDL_OP_UNBIND;
		if (op->kind == DDL_OP_UNLOAD)
			print_line(print, 0, _("The old driver is back: %s %s"), op->module, op->version_before);
	}
	for (size_t i = 0; was_away && i < plan->n_away; i++)
		print_line(print, 0, _("%s is back."), plan->away[i]);
}

char *text_version(char *to, size_t room, const struct ddl_loaded_now *now)
{
	const char *version = *now->version_now ? now->version_now : now->srcversion;

	if (*now->version_before && strcmp(now->version_before, version) != 0)
		snprintf(to, room, _("%s %s (before: %s)"), now->module, version, now->version_before);
	else
		snprintf(to, room, "%s %s", now->module, version);
	return to;
}

static void print_loaded_now(const struct print *print, const struct ddl_loaded_now *now)
{
	char line[512];

	print_line(print, 2, "%s", text_version(line, sizeof line, now));
	if (!now->n_bound && *now->holder)
		print_line(print, 4, _("%s uses it"), now->holder);
	else if (!now->n_bound && now->for_devices)
		print_line(print, 4, "%s", _("no controller uses it"));
	for (size_t i = 0; i < now->n_bound; i++)
		print_line(print, 4, _("controller %s uses it"), ddl_describe_address(now->bound[i]));
}

static void print_kernel_lines(const struct print *print, const struct ddl_outcome *outcome)
{
	if (outcome->n_kernel_lines)
		print_line(print, 0, "%s", _("The kernel says:"));
	for (size_t i = 0; i < outcome->n_kernel_lines; i++)
		print_line(print, 2, "%s", outcome->kernel_lines[i]);
}

void print_outcome(const struct print *print, const struct ddl_outcome *outcome)
{
	const char *hint = ddl_describe_result_hint(outcome->result);
	bool failed = outcome->error.code != DDL_OK;

	print_line(print, 0, "%s", ddl_describe_result(outcome->result));
	if (outcome->result == DDL_RESULT_UNDONE && outcome->plan)
		print_back(print, outcome->plan);
	for (size_t i = 0; i < outcome->n_modules; i++)
		print_loaded_now(print, &outcome->modules[i]);
	if (outcome->n_appeared)
		print_line(print, 0, "%s", _("Disks that are there now:"));
	print_disks(print, outcome->appeared, outcome->n_appeared);
	for (size_t i = 0; i < outcome->n_links; i++)
		print_line(print, 0, _("Network interface %s is there now."), outcome->links[i]);
	for (size_t i = 0; i < outcome->n_remarks; i++)
		print_line(print, 0, "%s", outcome->remarks[i]);
	for (size_t i = 0; i < outcome->n_left_over; i++)
		print_line(print, 0, _("Not put back: %s"), outcome->left_over[i]);
	if (failed || print->verbose)
		print_kernel_lines(print, outcome);
	if (failed && outcome->plan) {
		print_steps(print, outcome->plan, outcome->result != DDL_RESULT_REFUSED);
		print_beside(print, outcome->plan);
		print_refusals(print, outcome->plan, &outcome->error);
	}
	if (*hint)
		print_line(print, 0, "%s", hint);
}

void print_log(const struct print *print, const struct ddl_question *question)
{
	const struct ddl_outcome *outcome = question->outcome;

	if (outcome)
		print_kernel_lines(print, outcome);
	print_line(print, 0, "%s", _("The log of ddload:"));
	if (question->log && *question->log)
		print_text(print, 2, question->log);
	else
		print_line(print, 2, "%s", _("nothing yet"));
}
