/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public structs as JSON: what --json prints and outcome.json holds. */
#include "model/json_output.h"
#include "base/json.h"
#include "base/version.h"
#include "model/describe.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FORM_VERSION 1 /* of each form; members may be added in it, none goes and none changes its meaning */

static const char *fit_name(enum ddl_fit fit)
{
	static const char *const names[] = {
		[DDL_FIT_UNREAD] = "unread",
		[DDL_FIT_DAMAGED] = "damaged",
		[DDL_FIT_OTHER_MACHINE] = "other-machine",
		[DDL_FIT_OTHER_KERNEL] = "other-kernel",
		[DDL_FIT_TWIN] = "twin",
		[DDL_FIT_OLDER] = "older",
		[DDL_FIT_BUILTIN] = "built-in",
		[DDL_FIT_KEPT_OUT] = "kept-out",
		[DDL_FIT_NO_DEVICE] = "no-device",
		[DDL_FIT_SUPPORT] = "support",
		[DDL_FIT_LOADED] = "loaded",
		[DDL_FIT_REPLACES] = "replaces",
		[DDL_FIT_YES] = "yes",
	};
	return names[fit];
}

static const char *abi_name(enum ddl_abi abi)
{
	static const char *const names[] = {
		[DDL_ABI_OTHER] = "other",
		[DDL_ABI_DIFFERS] = "differs",
		[DDL_ABI_PARTLY] = "partly-known",
		[DDL_ABI_AGREES] = "agrees",
	};
	return names[abi];
}

static const char *class_name(enum ddl_device_class class)
{
	static const char *const names[] = {
		[DDL_CLASS_OTHER] = "other",
		[DDL_CLASS_STORAGE] = "storage",
		[DDL_CLASS_NETWORK] = "network",
	};
	return names[class];
}

static const char *source_kind_name(enum ddl_source_kind kind)
{
	static const char *const names[] = {
		[DDL_SOURCE_DEVICE] = "device",
		[DDL_SOURCE_DIRECTORY] = "directory",
		[DDL_SOURCE_FILE] = "file",
		[DDL_SOURCE_NETWORK] = "network",
	};
	return names[kind];
}

static const char *family_name(enum ddl_family family)
{
	static const char *const names[] = {
		[DDL_FAMILY_XENSERVER_TEXT] = "xenserver-text",
		[DDL_FAMILY_XENSERVER_XML] = "xenserver-xml",
		[DDL_FAMILY_XENSERVER_UPDATE] = "xenserver-update",
		[DDL_FAMILY_REDHAT] = "redhat",
		[DDL_FAMILY_SUSE] = "suse",
		[DDL_FAMILY_BARE] = "bare",
	};
	return names[family];
}

static const char *package_type_name(enum ddl_package_type type)
{
	static const char *const names[] = {
		[DDL_PKG_DRIVER_RPM] = "driver-rpm", [DDL_PKG_RPM] = "rpm",           [DDL_PKG_TBZ2] = "tbz2",
		[DDL_PKG_DRIVER] = "driver",         [DDL_PKG_FIRMWARE] = "firmware", [DDL_PKG_DEB] = "deb",
		[DDL_PKG_SETTINGS] = "settings",
	};
	return names[type];
}

static const char *package_state_name(enum ddl_package_state state)
{
	static const char *const names[] = {
		[DDL_PKG_UNREAD] = "unread",
		[DDL_PKG_TESTED] = "tested",
		[DDL_PKG_STAGED] = "staged",
		[DDL_PKG_BAD] = "bad",
	};
	return names[state];
}

static const char *file_kind_name(enum ddl_file_kind kind)
{
	static const char *const names[] = {
		[DDL_FILE_OTHER] = "other",       [DDL_FILE_MODULE] = "module", [DDL_FILE_FIRMWARE] = "firmware",
		[DDL_FILE_MODPROBE] = "modprobe", [DDL_FILE_UDEV] = "udev",     [DDL_FILE_LICENCE] = "licence",
	};
	return names[kind];
}

static const char *test_name(enum ddl_test test)
{
	static const char *const names[] = {
		[DDL_TEST_EQ] = "eq", [DDL_TEST_NE] = "ne", [DDL_TEST_LT] = "lt",
		[DDL_TEST_GT] = "gt", [DDL_TEST_LE] = "le", [DDL_TEST_GE] = "ge",
	};
	return names[test];
}

static const char *op_kind_name(enum ddl_op_kind kind)
{
	static const char *const names[] = {
		[DDL_OP_FIRMWARE] = "firmware", [DDL_OP_UNLOAD] = "unload", [DDL_OP_INSERT] = "insert",
		[DDL_OP_RELOAD] = "reload",     [DDL_OP_UNBIND] = "unbind", [DDL_OP_BIND] = "bind",
		[DDL_OP_PROBE] = "probe",       [DDL_OP_SETTLE] = "settle",
	};
	return names[kind];
}

static const char *op_state_name(enum ddl_op_state state)
{
	static const char *const names[] = {
		[DDL_OP_PENDING] = "pending", [DDL_OP_RUNNING] = "running", [DDL_OP_DONE] = "done",
		[DDL_OP_FAILED] = "failed",   [DDL_OP_UNDONE] = "undone",   [DDL_OP_NOT_UNDONE] = "not-undone",
	};
	return names[state];
}

/* In which form it is: what comes first in every document. */
static void open_document(struct json *json, const char *schema)
{
	json_object(json, NULL);
	json_text(json, "schema", schema);
	json_number(json, "version", FORM_VERSION);
}

/* null when nothing went wrong. */
static void put_error(struct json *json, const char *key, const struct ddl_error *error)
{
	if (error->code == DDL_OK) {
		json_null(json, key);
		return;
	}
	json_object(json, key);
	json_text(json, "code", ddl_code_name(error->code));
	json_text(json, "sentence", ddl_code_sentence(error->code));
	json_fact(json, "about", error->text);
	json_fact(json, "hint", ddl_code_hint(error->code));
	json_signed(json, "errno", error->os_errno);
	json_number(json, "status", (uint64_t)ddl_code_status(error->code));
	json_close(json);
}

static void put_disks(struct json *json, const char *key, const struct ddl_disk *disks, size_t count)
{
	json_array(json, key);
	for (size_t i = 0; i < count; i++) {
		json_object(json, NULL);
		json_text(json, "name", disks[i].name);
		json_fact(json, "model", disks[i].model);
		json_number(json, "size", disks[i].size);
		json_bool(json, "removable", disks[i].removable);
		json_close(json);
	}
	json_close(json);
}

static void put_module(struct json *json, const struct ddl_module *module)
{
	char words[DDL_MAX_TEXT];

	json_object(json, NULL);
	json_text(json, "name", module->name);
	json_text(json, "path", module->path);
	json_fact(json, "version", module->version);
	json_fact(json, "srcversion", module->srcversion);
	json_fact(json, "vermagic", module->vermagic);
	json_fact(json, "kernel", module->kernel);
	json_fact(json, "description", module->description);
	json_bool(json, "signed", module->has_signature);
	json_fact(json, "signer", module->signer);
	json_texts(json, "aliases", module->aliases, module->n_aliases);
	json_texts(json, "depends", module->depends, module->n_depends);
	json_texts(json, "firmware", module->firmware, module->n_firmware);
	json_text(json, "fit", fit_name(module->fit));
	json_text(json, "fit_words", ddl_describe_fit(words, sizeof words, module));
	if (module->abi != DDL_ABI_OTHER) {
		json_text(json, "abi", abi_name(module->abi));
		json_number(json, "symbol_versions", module->n_imports);
		json_number(json, "symbol_versions_unknown", module->n_unknown);
		json_texts(json, "symbol_versions_differing", module->differing, module->n_differing);
	}
	json_bool(json, "built_for_another_release", module->by_abi);
	json_fact(json, "device", module->device ? module->device->address : NULL);
	json_fact(json, "matching_alias", module->alias);
	json_fact(json, "loaded_version", module->loaded_version);
	json_close(json);
}

static const char *const signature_names[] = {
	[DDL_SIGNED_UNREAD] = "unread",
	[DDL_SIGNED_NOT] = "none",
	[DDL_SIGNED_UNCHECKED] = "unchecked",
	[DDL_SIGNED_UNKNOWN] = "unknown-key",
	[DDL_SIGNED_WEAK] = "weak",
	[DDL_SIGNED_EXPIRED] = "expired",
	[DDL_SIGNED_GOOD] = "good",
	[DDL_SIGNED_BY_HAND] = "trusted-by-hand",
	[DDL_SIGNED_BAD] = "bad",
};

static void put_signature(struct json *json, const struct ddl_signature *signature)
{
	json_object(json, "signature");
	json_text(json, "state", signature_names[signature->state]);
	json_fact(json, "signer", signature->signer);
	json_fact(json, "key", signature->key);
	json_close(json);
}

static void put_sums(struct json *json, const struct ddl_repo *repo)
{
	static const char *const names[] = {
		[DDL_SUM_UNCOMPARED] = "uncompared",
		[DDL_SUM_UNREADABLE] = "unreadable",
		[DDL_SUM_SAME] = "same",
		[DDL_SUM_DIFFERS] = "differs",
	};

	json_array(json, "sums_on_the_same_medium");
	for (size_t i = 0; i < repo->n_sums; i++) {
		const struct ddl_sum *sum = &repo->sums[i];

		json_object(json, NULL);
		json_text(json, "file", sum->file);
		json_text(json, "of", sum->metadata ? "metadata" : "file");
		json_text(json, "state", names[sum->state]);
		json_fact(json, "expected", sum->expected);
		json_fact(json, "found", sum->found);
		json_close(json);
	}
	json_close(json);
}

static void put_package(struct json *json, const struct ddl_package *package)
{
	json_object(json, NULL);
	json_text(json, "label", package->label);
	json_text(json, "type", package_type_name(package->type));
	json_fact(json, "kernel", package->kernel);
	json_text(json, "file", package->file);
	json_fact(json, "root", package->root);
	json_fact(json, "options", package->options);
	json_number(json, "size", package->size);
	json_fact(json, "digest", package->digest);
	json_text(json, "state", package_state_name(package->state));
	json_fact(json, "version", package->version);
	put_signature(json, &package->signature);
	json_text(json, "fit", fit_name(package->fit));
	json_array(json, "files");
	for (size_t i = 0; i < package->n_files; i++) {
		json_object(json, NULL);
		json_text(json, "path", package->files[i]->path);
		json_text(json, "kind", file_kind_name(package->files[i]->kind));
		json_number(json, "size", package->files[i]->size);
		json_close(json);
	}
	json_close(json);
	json_array(json, "modules");
	for (size_t i = 0; i < package->n_modules; i++)
		put_module(json, package->modules[i]);
	json_close(json);
	put_error(json, "trouble", &package->trouble);
	json_close(json);
}

static void put_requires(struct json *json, const struct ddl_repo *repo)
{
	json_array(json, "requires");
	for (size_t i = 0; i < repo->n_requires; i++) {
		const struct ddl_requires *requires = &repo->requires[i];
		json_object(json, NULL);
		json_fact(json, "originator", requires->originator);
		json_text(json, "name", requires->name);
		json_text(json, "test", test_name(requires->test));
		json_text(json, "version", requires->version);
		json_fact(json, "build", requires->build);
		json_close(json);
	}
	json_close(json);
}

/* What names a pack, also where its packages are of no interest. */
static void put_repo_name(struct json *json, const struct ddl_repo *repo)
{
	json_text(json, "identifier", repo->identifier);
	json_text(json, "version", repo->version);
	json_fact(json, "build", repo->build);
	json_text(json, "description", repo->description);
	json_fact(json, "fingerprint", repo->fingerprint);
	if (repo->family == DDL_FAMILY_XENSERVER_UPDATE)
		json_text(json, "uuid", repo->uuid);
	put_signature(json, ddl_repo_signature(repo));
	json_bool(json, "name_signed", ddl_repo_name_is_signed(repo));
}

static void put_repo(struct json *json, const struct ddl_repo *repo, const char *release)
{
	char words[DDL_MAX_TEXT];

	json_object(json, NULL);
	put_repo_name(json, repo);
	json_text(json, "family", family_name(repo->family));
	json_text(json, "where", repo->where);
	json_fact(json, "product", repo->product);
	json_number(json, "memory_mb", repo->memory_mb);
	json_bool(json, "homogeneous", repo->homogeneous);
	json_bool(json, "hidden", repo->hidden);
	put_requires(json, repo);
	json_array(json, "against");
	for (size_t i = 0; i < repo->n_against; i++)
		json_text(json, NULL, repo->against[i]);
	json_close(json);
	put_sums(json, repo);
	json_text(json, "fit", fit_name(repo->fit));
	json_text(json, "fit_words", ddl_describe_repo_fit(words, sizeof words, repo, release));
	json_array(json, "packages");
	for (size_t i = 0; i < repo->n_packages; i++)
		put_package(json, &repo->packages[i]);
	json_close(json);
	json_close(json);
}

static void put_source(struct json *json, const struct ddl_source *source)
{
	json_object(json, "source");
	json_text(json, "name", source->name);
	json_text(json, "path", source->path);
	json_text(json, "kind", source_kind_name(source->kind));
	json_fact(json, "label", source->label);
	json_fact(json, "uuid", source->uuid);
	json_fact(json, "format", source->format);
	json_fact(json, "model", source->model);
	json_number(json, "size", source->size);
	json_bool(json, "removable", source->removable);
	json_bool(json, "usable", source->usable);
	put_error(json, "trouble", &source->trouble);
	json_close(json);
}

/* What an installer's own medium says that it installs. */
static void put_products(struct json *json, const struct ddl_look *look)
{
	json_array(json, "installs");
	for (size_t i = 0; i < look->n_products; i++) {
		const struct ddl_product *product = &look->products[i];

		json_object(json, NULL);
		json_fact(json, "originator", product->originator);
		json_text(json, "name", product->name);
		json_text(json, "version", product->version);
		json_fact(json, "build", product->build);
		json_close(json);
	}
	json_close(json);
}

char *ddl_json_looks(struct ddl_look *const *looks, size_t count, const char *release)
{
	struct json json = JSON_INIT;

	open_document(&json, "ddload-list");
	json_text(&json, "kernel", release);
	json_array(&json, "media");
	for (size_t i = 0; i < count; i++) {
		json_object(&json, NULL);
		put_source(&json, looks[i]->source);
		json_array(&json, "packs");
		for (size_t k = 0; k < looks[i]->n_repos; k++)
			put_repo(&json, looks[i]->repos[k], release);
		json_close(&json);
		put_products(&json, looks[i]);
		json_texts(&json, "notes", looks[i]->notes, looks[i]->n_notes);
		json_texts(&json, "seen", looks[i]->seen, looks[i]->n_seen);
		put_error(&json, "trouble", &looks[i]->trouble);
		json_close(&json);
	}
	json_close(&json);
	json_close(&json);
	return json_take(&json);
}

char *ddl_json_repos(const struct ddl_repo *const *repos, size_t count, const char *release, const struct ddl_error *error)
{
	struct json json = JSON_INIT;

	open_document(&json, "ddload-verify");
	json_text(&json, "kernel", release);
	json_array(&json, "packs");
	for (size_t i = 0; i < count; i++)
		put_repo(&json, repos[i], release);
	json_close(&json);
	put_error(&json, "error", error);
	json_close(&json);
	return json_take(&json);
}

static void put_op(struct json *json, const struct ddl_op *op)
{
	char words[DDL_MAX_TEXT];

	json_object(json, NULL);
	json_text(json, "step", op_kind_name(op->kind));
	json_fact(json, "module", op->module);
	json_text(json, "words", ddl_describe_op(words, sizeof words, op));
	json_bool(json, "from_pack", op->from_pack != NULL);
	json_bool(json, "optional", op->optional);
	json_fact(json, "reason", op->reason);
	json_fact(json, "device", op->address);
	json_fact(json, "driver", op->driver);
	json_fact(json, "tree_path", op->tree_path);
	json_fact(json, "params", op->params);
	json_fact(json, "version_before", op->version_before);
	json_fact(json, "version_after", op->version_after);
	json_text(json, "state", op_state_name(op->state));
	json_number(json, "took_ms", op->took_ms);
	put_error(json, "trouble", &op->trouble);
	json_close(json);
}

static void put_module_names(struct json *json, const char *key, const struct ddl_module *const *modules, size_t count)
{
	json_array(json, key);
	for (size_t i = 0; i < count; i++) {
		json_object(json, NULL);
		json_text(json, "name", modules[i]->name);
		json_fact(json, "version", modules[i]->version);
		json_text(json, "fit", fit_name(modules[i]->fit));
		json_fact(json, "device", modules[i]->device ? modules[i]->device->address : NULL);
		json_close(json);
	}
	json_close(json);
}

static void put_left_out(struct json *json, const struct ddl_plan *plan)
{
	json_array(json, "left_out");
	for (size_t i = 0; i < plan->n_left_out; i++) {
		json_object(json, NULL);
		json_text(json, "name", plan->left_out[i].module->name);
		json_fact(json, "version", plan->left_out[i].module->version);
		json_text(json, "reason", plan->left_out[i].reason);
		json_close(json);
	}
	json_close(json);
}

/* Under that key, or as a document of its own. */
static void put_plan(struct json *json, const char *key, const struct ddl_plan *plan)
{
	if (!plan) {
		json_null(json, key);
		return;
	}
	if (key)
		json_object(json, key);
	else
		open_document(json, "ddload-plan");
	json_bool(json, "replaces", plan->replaces);
	json_bool(json, "one_way", plan->one_way);
	json_array(json, "steps");
	for (size_t i = 0; i < plan->n_ops; i++)
		put_op(json, &plan->ops[i]);
	json_close(json);
	json_texts(json, "away", plan->away, plan->n_away);
	json_texts(json, "assumed", plan->assumed, plan->n_assumed);
	json_texts(json, "notes", plan->notes, plan->n_notes);
	put_module_names(json, "wanted", plan->wanted, plan->n_wanted);
	put_left_out(json, plan);
	put_module_names(json, "already", plan->already, plan->n_already);
	json_array(json, "firmware");
	for (size_t i = 0; i < plan->n_firmware; i++)
		json_text(json, NULL, plan->firmware[i]->path);
	json_close(json);
	put_error(json, "refusal", &plan->refusal);
	json_texts(json, "in_the_way", plan->refusals, plan->n_refusals);
	json_close(json);
}

char *ddl_json_plan(const struct ddl_plan *plan)
{
	struct json json = JSON_INIT;

	put_plan(&json, NULL, plan);
	return json_take(&json);
}

static void put_device(struct json *json, const struct ddl_device *device)
{
	json_object(json, NULL);
	json_text(json, "class", class_name(device->class));
	json_text(json, "bus", device->bus);
	json_text(json, "address", device->address);
	json_fact(json, "ids", device->ids);
	json_fact(json, "name", device->name);
	json_text(json, "modalias", device->modalias);
	json_fact(json, "driver", device->driver);
	json_fact(json, "module", device->module);
	put_disks(json, "disks", device->disks, device->n_disks);
	json_texts(json, "links", device->links, device->n_links);
	json_close(json);
}

static void put_loaded(struct json *json, const struct ddl_loaded *loaded)
{
	json_object(json, NULL);
	json_text(json, "name", loaded->name);
	json_fact(json, "version", loaded->version);
	json_fact(json, "srcversion", loaded->srcversion);
	json_signed(json, "references", loaded->references);
	json_bool(json, "live", loaded->live);
	json_texts(json, "holders", loaded->holders, loaded->n_holders);
	json_close(json);
}

char *ddl_json_machine(const struct ddl_machine *machine)
{
	struct json json = JSON_INIT;

	open_document(&json, "ddload-status");
	json_text(&json, "kernel", machine->release);
	json_fact(&json, "interrupted", machine->interrupted);
	json_array(&json, "controllers");
	for (size_t i = 0; i < machine->n_devices; i++)
		if (machine->devices[i].class != DDL_CLASS_OTHER)
			put_device(&json, &machine->devices[i]);
	json_close(&json);
	put_disks(&json, "disks", machine->disks, machine->n_disks);
	json_array(&json, "modules");
	for (size_t i = 0; i < machine->n_loaded; i++)
		put_loaded(&json, &machine->loaded[i]);
	json_close(&json);
	json_close(&json);
	return json_take(&json);
}

static void put_loaded_now(struct json *json, const struct ddl_loaded_now *now)
{
	json_object(json, NULL);
	json_text(json, "module", now->module);
	json_fact(json, "version_before", now->version_before);
	json_fact(json, "version", now->version_now);
	json_fact(json, "srcversion", now->srcversion);
	json_fact(json, "pack", now->repo ? now->repo->identifier : NULL);
	json_texts(json, "bound", now->bound, now->n_bound);
	json_close(json);
}

/* What becomes of each package, and who says that it is the vendor's. */
static void put_whole_packages(struct json *json, const struct ddl_repo *repo)
{
	json_array(json, "packages");
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		json_object(json, NULL);
		json_text(json, "file", package->file);
		put_signature(json, &package->signature);
		json_bool(json, "covered", ddl_package_is_covered(repo, package));
		json_bool(json, "handed_over", package->fd >= 0);
		json_close(json);
	}
	json_close(json);
}

static void put_outcome_packs(struct json *json, const struct ddl_outcome *outcome)
{
	json_array(json, "packs");
	for (size_t i = 0; i < outcome->n_repos; i++) {
		json_object(json, NULL);
		put_repo_name(json, outcome->repos[i]);
		put_whole_packages(json, outcome->repos[i]);
		json_close(json);
	}
	json_close(json);
}

static void put_policy(struct json *json, const struct ddl_outcome *outcome)
{
	json_array(json, "policy");
	for (size_t i = 0; i < outcome->n_policy; i++) {
		json_object(json, NULL);
		json_text(json, "question", outcome->policy[i].question);
		json_fact(json, "about", outcome->policy[i].about);
		json_text(json, "answer", outcome->policy[i].answer);
		json_text(json, "why", outcome->policy[i].why);
		json_close(json);
	}
	json_close(json);
}

static const char *const compared_names[] = {
	[DDL_COMPARED_SAME] = "compared",
	[DDL_COMPARED_NOT] = "not-compared",
	[DDL_COMPARED_DIFFERS] = "differed",
};

/* "2026-11-27T08:15:00Z", RFC 3339. */
static void json_time(struct json *json, const char *key, int64_t seconds)
{
	const time_t clock = (time_t)seconds;
	char text[64] = "";
	struct tm utc;

	if (gmtime_r(&clock, &utc))
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900, utc.tm_mon + 1,
			       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
	json_fact(json, key, text);
}

/* Of which program: in a file that others collect. */
static void put_program(struct json *json)
{
	json_object(json, "ddload");
	json_text(json, "version", ddl_version);
	json_text(json, "commit", ddl_commit);
	json_close(json);
}

static void put_identity(struct json *json, const struct ddl_identity *identity)
{
	if (!identity) {
		json_null(json, "machine");
		return;
	}
	json_object(json, "machine");
	json_fact(json, "vendor", identity->vendor);
	json_fact(json, "product", identity->product);
	json_fact(json, "serial", identity->serial);
	json_fact(json, "uuid", identity->uuid);
	json_fact(json, "asset_tag", identity->asset_tag);
	json_fact(json, "firmware", identity->firmware);
	json_fact(json, "firmware_date", identity->firmware_date);
	json_fact(json, "boot_mac", identity->boot_mac);
	json_array(json, "interfaces");
	for (size_t i = 0; i < identity->n_interfaces; i++) {
		json_object(json, NULL);
		json_text(json, "name", identity->interfaces[i].name);
		json_fact(json, "mac", identity->interfaces[i].mac);
		json_close(json);
	}
	json_close(json);
	json_close(json);
}

static void put_controllers(struct json *json, const struct ddl_outcome *outcome)
{
	json_array(json, "controllers");
	for (size_t i = 0; i < outcome->n_controllers; i++) {
		const struct ddl_controller *controller = &outcome->controllers[i];

		json_object(json, NULL);
		json_text(json, "class", class_name(controller->class));
		json_text(json, "address", controller->address);
		json_fact(json, "ids", controller->ids);
		json_fact(json, "name", controller->name);
		json_fact(json, "driver_before", controller->driver_before);
		json_fact(json, "driver", controller->driver);
		json_close(json);
	}
	json_close(json);
}

char *ddl_json_outcome(const struct ddl_outcome *outcome)
{
	struct json json = JSON_INIT;

	open_document(&json, "ddload-outcome");
	put_program(&json);
	put_identity(&json, outcome->identity);
	json_fact(&json, "kernel", outcome->kernel);
	json_time(&json, "began", outcome->began);
	json_time(&json, "ended", outcome->ended);
	json_number(&json, "status", ddl_outcome_status(outcome));
	json_text(&json, "result", ddl_describe_result_name(outcome->result));
	json_text(&json, "sentence", ddl_describe_result(outcome->result));
	json_fact(&json, "hint", ddl_describe_result_hint(outcome->result));
	json_array(&json, "modules");
	for (size_t i = 0; i < outcome->n_modules; i++)
		put_loaded_now(&json, &outcome->modules[i]);
	json_close(&json);
	put_outcome_packs(&json, outcome);
	json_text(&json, "fingerprint", compared_names[outcome->compared]);
	put_policy(&json, outcome);
	put_disks(&json, "disks", outcome->appeared, outcome->n_appeared);
	put_disks(&json, "all_disks", outcome->disks, outcome->n_disks);
	put_controllers(&json, outcome);
	json_texts(&json, "links", outcome->links, outcome->n_links);
	json_texts(&json, "left_over", outcome->left_over, outcome->n_left_over);
	json_texts(&json, "remarks", outcome->remarks, outcome->n_remarks);
	json_texts(&json, "kernel_lines", outcome->kernel_lines, outcome->n_kernel_lines);
	put_plan(&json, "plan", outcome->plan);
	put_error(&json, "error", &outcome->error);
	json_close(&json);
	return json_take(&json);
}

char *ddl_json_error(const struct ddl_error *error)
{
	struct json json = JSON_INIT;

	open_document(&json, "ddload-failure");
	put_error(&json, "error", error);
	json_close(&json);
	return json_take(&json);
}
