// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the list of packages of generation 3, and finds those that the drivers' group leads to. */
#include <stdlib.h>
#include <string.h>

#include "base/attributes.h"
#include "base/text.h"
#include "base/xml.h"
#include "package/rpm_version.h"
#include "repository/xenserver_update.h"

/* Something that is provided or required: a name and which versions of it. */
struct entry {
	const char *name;
	struct ddl_evr evr;
	unsigned sense; /* DDL_SENSE_…; 0: any version */
	uint32_t package; /* whose it is: its place in the file, later in the order of names */
};

/* One package as primary has it. Its requirements follow each other in the list of all. */
struct listed {
	const char *name, *arch, *digest, *file;
	struct ddl_evr evr;
	uint64_t size;
	bool sized;
	uint32_t rank; /* in the order of names */
	size_t first, n_requires;
	enum { LISTED, NAMED, REACHED } state; /* NAMED: by the group itself */
	bool of_kernel, in_kernel_group; /* it requires a kernel by its release; its RPM group is drivers' */
	bool leads_on; /* it requires others that are on the disk */
};

struct reading {
	struct listed *packages;
	size_t n_packages;
	struct entry *provides, *requires;
	size_t n_provides, n_requires;
	enum { IN_NOTHING, IN_PROVIDES, IN_REQUIRES } list;
	enum { IN_NAME, IN_ARCH, IN_GROUP, IN_SUM } text;
	bool loose; /* no group of the disk names drivers: they are looked for */
	const char *sum_type;
	/* when all is read */
	struct listed **by_name; /* same names: the newest first */
	struct listed **queue; /* reached, in the order in which it was; each once */
	size_t n_queue, steps;
	struct ddl_arena *arena;
	struct ddl_repo *repo;
	const char *control;
	const char ***notes;
	size_t *n_notes;
	struct ddl_error *error;
	const struct ddl_blob *blob;
};

/* ------------------------------------------------------------------ reading */

static struct listed *last(struct reading *reading)
{
	return reading->n_packages ? &reading->packages[reading->n_packages - 1] : NULL;
}

/* Every field that is used must have been there. */
static int check_last(struct ddl_xml *r)
{
	const struct listed *package = last(r->arg);
	const char *missing = !package                          ? NULL :
			      !package->name || !*package->name ? "name" :
			      !package->arch                    ? "arch" :
			      !package->evr.version             ? "version" :
			      !package->digest                  ? "checksum" :
			      !package->sized                   ? "size" :
			      !package->file                    ? "location" :
								  NULL;

	if (!missing)
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the element %s is missing or empty"), missing);
	return ddl_xml_in(r);
}

static int package_element(struct ddl_xml *r)
{
	struct ddl_attribute type = { "type", DDL_MAX_NAME, NULL };
	struct reading *reading = r->arg;
	struct listed *package;

	if (check_last(r))
		return -1;
	if (reading->n_packages >= DDL_MAX_PACKAGES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u packages"), r->blob->name, DDL_MAX_PACKAGES);
	package = ddl_arena_push(r->arena, &reading->packages, &reading->n_packages, sizeof(*package));
	if (!package)
		return ddl_xml_no_memory(r);
	package->first = reading->n_requires;
	r->element = DDL_XML_PACKAGE;
	r->number = reading->n_packages;
	r->label = NULL;
	reading->list = IN_NOTHING;
	if (ddl_xml_attributes(r, &type, 1))
		return -1;
	if (!type.value || strcmp(type.value, "rpm") == 0)
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("type is \"%s\": rpm was expected"), type.value);
	return ddl_xml_in(r);
}

static int read_evr(struct ddl_xml *r, struct ddl_evr *evr)
{
	struct ddl_attribute a[] = { { "epoch", DDL_MAX_NAME, NULL },
				     { "ver", DDL_MAX_NAME, NULL },
				     { "rel", DDL_MAX_NAME, NULL } };

	if (ddl_xml_attributes(r, a, 3))
		return -1;
	*evr = (struct ddl_evr){ ddl_xml_optional(&a[0]), ddl_xml_optional(&a[1]), ddl_xml_optional(&a[2]) };
	return 0;
}

static int size_element(struct ddl_xml *r, struct listed *package)
{
	struct ddl_attribute a = { "package", DDL_MAX_NAME, NULL };

	package->sized = true;
	return ddl_xml_attributes(r, &a, 1) || !ddl_xml_required(r, &a) || ddl_xml_size(r, a.value, &package->size) ? -1 : 0;
}

static int location_element(struct ddl_xml *r, struct listed *package)
{
	struct ddl_attribute a = { "href", DDL_MAX_PATH - 1, NULL };

	return ddl_xml_attributes(r, &a, 1) || !ddl_xml_required(r, &a) || ddl_xml_path(r, a.value, &package->file) ? -1 : 0;
}

static int sum_element(struct ddl_xml *r, struct reading *reading)
{
	struct ddl_attribute a = { "type", DDL_MAX_NAME, NULL };

	if (ddl_xml_attributes(r, &a, 1))
		return -1;
	reading->sum_type = ddl_xml_optional(&a);
	reading->text = IN_SUM;
	ddl_xml_text_begin(r);
	return 0;
}

/* An element just below <package>. */
static int field_element(struct ddl_xml *r, struct reading *reading)
{
	struct listed *package = last(reading);

	if (ddl_xml_is(r, "name") || ddl_xml_is(r, "arch")) {
		reading->text = ddl_xml_is(r, "name") ? IN_NAME : IN_ARCH;
		ddl_xml_text_begin(r);
	} else if (ddl_xml_is(r, "version")) {
		return read_evr(r, &package->evr);
	} else if (ddl_xml_is(r, "size")) {
		return size_element(r, package);
	} else if (ddl_xml_is(r, "location")) {
		return location_element(r, package);
	} else if (ddl_xml_is(r, "checksum")) {
		return sum_element(r, reading);
	}
	return 0;
}

static int read_sense(struct ddl_xml *r, const char *flags, unsigned *sense)
{
	static const struct {
		char name[3];
		unsigned sense;
	} all[] = {
		{ "EQ", DDL_SENSE_EQUAL },
		{ "LT", DDL_SENSE_LESS },
		{ "GT", DDL_SENSE_GREATER },
		{ "LE", DDL_SENSE_LESS | DDL_SENSE_EQUAL },
		{ "GE", DDL_SENSE_GREATER | DDL_SENSE_EQUAL },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(flags, all[i].name) == 0) {
			*sense = all[i].sense;
			return 0;
		}
	if (!*flags)
		return 0;
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("flags is \"%s\": EQ, LT, GT, LE or GE was expected"), flags);
	return ddl_xml_in(r);
}

static int entry_element(struct ddl_xml *r, struct reading *reading)
{
	struct ddl_attribute a[] = { { "name", DDL_MAX_PATH, NULL }, { "flags", DDL_MAX_NAME, NULL } };
	bool provides = reading->list == IN_PROVIDES;
	struct entry *entry;

	if (reading->n_provides + reading->n_requires >= DDL_MAX_RPM_ENTRIES)
		return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u entries"), r->blob->name, DDL_MAX_RPM_ENTRIES);
	entry = provides ? ddl_arena_push(r->arena, &reading->provides, &reading->n_provides, sizeof(*entry)) :
			   ddl_arena_push(r->arena, &reading->requires, &reading->n_requires, sizeof(*entry));
	if (!entry)
		return ddl_xml_no_memory(r);
	if (ddl_xml_attributes(r, a, 2) || !ddl_xml_required(r, &a[0]) || read_evr(r, &entry->evr))
		return -1;
	entry->name = a[0].value;
	if (read_sense(r, ddl_xml_optional(&a[1]), &entry->sense))
		return -1;
	if (!*entry->evr.version)
		entry->sense = 0;
	entry->package = (uint32_t)(reading->n_packages - 1);
	if (!provides && strcmp(entry->name, "kernel-uname-r") == 0)
		last(reading)->of_kernel = true;
	last(reading)->n_requires += !provides;
	return 0;
}

static int primary_begin(struct ddl_xml *r)
{
	struct reading *reading = r->arg;

	if (r->depth == 1 && !ddl_xml_is(r, "metadata")) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the outermost element is <%s>: <metadata> was expected"),
			       r->root_name);
		return ddl_xml_in(r);
	}
	if (r->depth == 2)
		return ddl_xml_is(r, "package") ? package_element(r) : 0;
	if (r->depth == 3 && last(reading))
		return field_element(r, reading);
	if (r->depth == 4 && reading->loose && last(reading) && ddl_xml_is(r, "group")) {
		reading->text = IN_GROUP;
		ddl_xml_text_begin(r);
	}
	if (r->depth == 4)
		reading->list = ddl_xml_is(r, "provides") ? IN_PROVIDES : ddl_xml_is(r, "requires") ? IN_REQUIRES : IN_NOTHING;
	if (r->depth == 5 && last(reading) && reading->list != IN_NOTHING && ddl_xml_is(r, "entry"))
		return entry_element(r, reading);
	return 0;
}

static int primary_end(struct ddl_xml *r)
{
	struct reading *reading = r->arg;
	struct listed *package = last(reading);
	const char *text;

	if (ddl_xml_text_end(r, "<package>", DDL_MAX_NAME, &text))
		return -1;
	if (reading->text == IN_SUM)
		return ddl_xml_sha256(r, reading->sum_type, text, &package->digest);
	if (reading->text == IN_NAME)
		r->label = package->name = text;
	else if (reading->text == IN_GROUP)
		package->in_kernel_group = ddl_text_ends(text, "/Kernel");
	else
		package->arch = text;
	return 0;
}

static int read_document(struct reading *reading)
{
	DDL_FREE struct ddl_xml *r = ddl_xml_new(reading->arena, reading, reading->error);

	if (!r)
		return -1;
	r->max = DDL_MAX_PRIMARY_OPEN;
	return ddl_xml_read(r, reading->blob, primary_begin, primary_end) || check_last(r) ? -1 : 0;
}

/* ------------------------------------------------------------------ sorting */

static int by_entry(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;
	int order = strcmp(one->name, two->name);

	return order ? order : (one->package > two->package) - (one->package < two->package);
}

static int by_kind(const struct listed *one, const struct listed *two)
{
	int order = strcmp(one->name, two->name);

	return order ? order : strcmp(one->arch, two->arch);
}

static int by_name(const void *a, const void *b)
{
	const struct listed *one = *(struct listed *const *)a, *two = *(struct listed *const *)b;
	int order = by_kind(one, two);

	return order ? order : ddl_evr_compare(&two->evr, &one->evr);
}

static int by_file(const void *a, const void *b)
{
	return strcmp((*(struct listed *const *)a)->file, (*(struct listed *const *)b)->file);
}

/* The same file twice could carry two checksums; of the same package twice nobody could say which. */
static int sort_packages(struct reading *reading, int (*order)(const void *a, const void *b))
{
	qsort(reading->by_name, reading->n_packages, sizeof(*reading->by_name), order);
	for (size_t i = 1; i < reading->n_packages; i++)
		if (order(&reading->by_name[i - 1], &reading->by_name[i]) == 0)
			return ddl_fail(reading->error, DDL_E_METADATA, 0, _("%s: \"%s\" is named twice"), reading->blob->name,
					reading->by_name[i]->file);
	return 0;
}

static int sort(struct reading *reading)
{
	size_t n = reading->n_packages;

	reading->by_name = ddl_arena_alloc(reading->arena, n, sizeof(struct listed *));
	reading->queue = ddl_arena_alloc(reading->arena, n, sizeof(struct listed *));
	if (!reading->by_name || !reading->queue)
		return ddl_fail(reading->error, DDL_E_MEMORY, 0, "%s", reading->blob->name);
	for (size_t i = 0; i < n; i++)
		reading->by_name[i] = &reading->packages[i];
	if (sort_packages(reading, by_file) < 0 || sort_packages(reading, by_name) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		reading->by_name[i]->rank = (uint32_t)i;
	for (size_t i = 0; i < reading->n_provides; i++)
		reading->provides[i].package = reading->packages[reading->provides[i].package].rank;
	if (reading->n_provides)
		qsort(reading->provides, reading->n_provides, sizeof(*reading->provides), by_entry);
	return 0;
}

/* A package with the source is for nobody here. */
static bool is_source(const struct listed *package)
{
	return ddl_text_ends(package->arch, "src");
}

/* The newest package of this name; NULL: none. */
static struct listed *newest(const struct reading *reading, const char *name)
{
	size_t low = 0, high = reading->n_packages;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(reading->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < reading->n_packages && strcmp(reading->by_name[low]->name, name) == 0; low++)
		if (!is_source(reading->by_name[low]))
			return reading->by_name[low];
	return NULL;
}

/* ---------------------------------------------------------------- resolving */

static void reach(struct reading *reading, struct listed *package, bool named)
{
	if (package->state != LISTED)
		return;
	package->state = named ? NAMED : REACHED;
	reading->queue[reading->n_queue++] = package;
}

/*
 * Everything on the disk that provides it: a driver may be there for several kernels. Of a
 * package in several versions the newest that will do. 0: there is nothing; 1; -1.
 */
static int reach_providers(struct reading *reading, const struct entry *need)
{
	size_t low = 0, high = reading->n_provides;
	const struct listed *before = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(reading->provides[middle].name, need->name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < reading->n_provides && strcmp(reading->provides[low].name, need->name) == 0; low++) {
		const struct entry *offer = &reading->provides[low];
		struct listed *package = reading->by_name[offer->package];

		if (++reading->steps > DDL_MAX_RPM_STEPS)
			return ddl_fail(reading->error, DDL_E_TOO_LARGE, 0, _("%s: its packages need each other too often"),
					reading->blob->name);
		if (is_source(package) || (before && by_kind(before, package) == 0) ||
		    !ddl_evr_overlap(&offer->evr, offer->sense, &need->evr, need->sense))
			continue;
		before = package;
		reach(reading, package, false);
	}
	return before != NULL;
}

static bool is_known(const struct ddl_repo *repo, const struct ddl_requires *need)
{
	for (size_t i = 0; i < repo->n_requires; i++)
		if (strcmp(repo->requires[i].name, need->name) == 0 && repo->requires[i].test == need->test &&
		    strcmp(repo->requires[i].version, need->version) == 0 && strcmp(repo->requires[i].build, need->build) == 0)
			return true;
	return false;
}

static enum ddl_test test_of(unsigned sense)
{
	bool equal = sense & DDL_SENSE_EQUAL;

	if (sense & DDL_SENSE_LESS)
		return equal ? DDL_TEST_LE : DDL_TEST_LT;
	return sense & DDL_SENSE_GREATER ? equal ? DDL_TEST_GE : DDL_TEST_GT : DDL_TEST_EQ;
}

static int note(struct reading *reading, const char *text)
{
	return ddl_repo_note(reading->arena, reading->notes, reading->n_notes, text) ?
		       ddl_fail(reading->error, DDL_E_MEMORY, 0, "%s", reading->blob->name) :
		       0;
}

/* What is not on the disk: the product must have it. Files and RPM's own features go without saying. */
static int needs_product(struct reading *reading, const struct listed *package, const struct entry *need)
{
	struct ddl_repo *repo = reading->repo;
	struct ddl_requires made = { .originator = "",
				     .name = need->name,
				     .version = need->evr.version,
				     .build = need->evr.release,
				     .test = test_of(need->sense) },
			    *slot;
	const char *text;

	if (strpbrk(need->name, "/(") || strlen(need->name) > DDL_MAX_NAME)
		return 0;
	if (need->sense) {
		if (is_known(repo, &made) || repo->n_requires >= DDL_MAX_REQUIRES)
			return 0;
		slot = ddl_arena_push(reading->arena, &repo->requires, &repo->n_requires, sizeof(*slot));
		if (!slot)
			return ddl_fail(reading->error, DDL_E_MEMORY, 0, "%s", reading->blob->name);
		*slot = made;
		return 0;
	}
	text = ddl_arena_printf(reading->arena, _("%s needs %s, which is not on this disk; the product must have it."),
				package->name, need->name);
	for (size_t i = 0; text && i < *reading->n_notes; i++)
		if (strcmp((*reading->notes)[i], text) == 0)
			return 0;
	return *reading->n_notes < DDL_MAX_LIST_LINES ? note(reading, text) : 0;
}

/* The kernel itself brings modules as well, and nobody installs that from here. */
static bool is_kernel(const struct listed *package)
{
	return strcmp(package->name, "kernel") == 0 || ddl_text_starts(package->name, "kernel-");
}

static bool is_driver(const struct listed *package)
{
	return !is_kernel(package) && !is_source(package) &&
	       (package->of_kernel ||
		(package->in_kernel_group && (strstr(package->name, "module") || ddl_text_starts(package->name, "kmod"))));
}

/* What looks like a driver, and what goes with it. 1: there is none. */
static int find_drivers(struct reading *reading)
{
	const struct listed *before = NULL;
	bool any = false;

	for (size_t i = 0; i < reading->n_packages; i++)
		any = any || is_driver(reading->by_name[i]);
	for (size_t i = 0; i < reading->n_packages && any; i++) {
		struct listed *package = reading->by_name[i];

		if ((is_driver(package) || (package->in_kernel_group && !is_kernel(package) && !is_source(package))) &&
		    (!before || by_kind(before, package) != 0))
			reach(reading, package, false);
		before = package;
	}
	return !any;
}

/* Whoever is reached is asked once: what requires each other in a circle ends here, too. */
static int resolve(struct reading *reading, const char *const *names, size_t count)
{
	struct listed *control = *reading->control ? newest(reading, reading->control) : NULL;

	if (reading->loose && find_drivers(reading))
		return 1;
	for (size_t i = 0; i < count; i++) {
		struct listed *package = newest(reading, names[i]);

		if (!package)
			return ddl_fail(reading->error, DDL_E_METADATA, 0,
					_("%s: the group \"drivers\" names %s, which is not on this disk"), reading->blob->name,
					names[i]);
		reach(reading, package, true);
	}
	if (control)
		reach(reading, control, false);
	else if (*reading->control &&
		 note(reading,
		      ddl_arena_printf(
			      reading->arena,
			      _("%s, which is to be installed first, is not on this disk; an installation from it will fail."),
			      reading->control)))
		return -1;
	for (size_t i = 0; i < reading->n_queue; i++) {
		struct listed *package = reading->queue[i];

		for (size_t j = 0; j < package->n_requires; j++) {
			const struct entry *need = &reading->requires[package->first + j];
			int found = reach_providers(reading, need);

			if (found < 0 || (!found && needs_product(reading, package, need) < 0))
				return -1;
			package->leads_on = package->leads_on || found;
		}
	}
	return 0;
}

/* The metapackage is one that the group names and that leads to others; these have the drivers. */
static int keep_packages(struct reading *reading)
{
	struct ddl_package *package = ddl_arena_alloc(reading->arena, reading->n_queue, sizeof(*package));
	size_t others = reading->n_packages - reading->n_queue;

	if (!package)
		return ddl_fail(reading->error, DDL_E_MEMORY, 0, "%s", reading->blob->name);
	reading->repo->packages = package;
	reading->repo->n_packages = reading->n_queue;
	for (size_t i = 0; i < reading->n_queue; i++, package++) {
		const struct listed *from = reading->queue[i];

		package->label = from->name;
		package->type = (from->state == NAMED && from->leads_on) || strcmp(from->name, reading->control) == 0 ?
					DDL_PKG_RPM :
					DDL_PKG_DRIVER_RPM;
		package->kernel = package->root = package->options = package->version = "";
		package->file = from->file;
		package->size = from->size;
		package->digest = from->digest;
	}
	if (!others)
		return 0;
	return note(reading, ddl_arena_printf(reading->arena,
					      ddl_trn("%lu package of this update belongs to no driver and is left alone.",
						      "%lu packages of this update belong to no driver and are left alone.",
						      (unsigned long)others),
					      (unsigned long)others));
}

int ddl_primary_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char *const *names, size_t count,
		      const char *control, struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error)
{
	struct reading reading = {
		.arena = arena, .repo = repo, .control = control, .notes = notes, .n_notes = n_notes, .error = error, .blob = blob
	};

	int result = -1;

	reading.loose = !names;
	if (read_document(&reading) == 0 && sort(&reading) == 0)
		result = resolve(&reading, names, count);
	return result == 0 ? keep_packages(&reading) : result;
}

int ddl_primary_list(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repomd_file **files, size_t *count,
		     struct ddl_error *error)
{
	struct reading reading = { .arena = arena, .error = error, .blob = blob };

	if (read_document(&reading) || sort(&reading))
		return -1;
	*files = ddl_arena_alloc(arena, reading.n_packages, sizeof(**files));
	if (!*files)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blob->name);
	for (size_t i = 0; i < reading.n_packages; i++) {
		const struct listed *from = reading.by_name[i];

		if (!is_source(from))
			(*files)[(*count)++] = (struct ddl_repomd_file){ .href = from->file,
									 .sum = from->digest,
									 .size = from->size };
	}
	return 0;
}
